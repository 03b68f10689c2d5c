using Npgsql;
using Xunit;

namespace Tickets.Tests;

[Trait("Category", "Integration")]
public sealed class TicketStoreTests
{
    [Fact]
    public async Task OpenTicketsComeInTheirOrder()
    {
        var connection = Environment.GetEnvironmentVariable("ConnectionStrings__Tickets")
            ?? throw new InvalidOperationException("ConnectionStrings__Tickets is not set");
        Schema.Upgrade(connection);
        await using var source = NpgsqlDataSource.Create(connection);
        var store = new TicketStore(source);
        var first = await store.Add("first", default);
        var second = await store.Add("second", default);
        Assert.True(await store.Close(first.Id, default));
        var third = await store.Add("third", default);
        var open = (await store.Open(default)).Select(ticket => ticket.Id).ToArray();
        Assert.DoesNotContain(first.Id, open);
        Assert.Equal([second.Id, third.Id], open.Where(id => id >= second.Id));
    }
}
