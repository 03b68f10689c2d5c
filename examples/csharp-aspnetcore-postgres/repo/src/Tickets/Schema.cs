using System.Reflection;
using DbUp;

namespace Tickets;

/// <summary>Brings the database to the schema that this version needs.</summary>
public static class Schema
{
    public static void Upgrade(string connection)
    {
        var result = DeployChanges.To
            .PostgresqlDatabase(connection)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly())
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw result.Error;
        }
    }
}
