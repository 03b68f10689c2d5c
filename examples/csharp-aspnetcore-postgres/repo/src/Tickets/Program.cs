using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Prometheus;
using Tickets;

var builder = WebApplication.CreateBuilder(args);
var connection = builder.Configuration.GetConnectionString("Tickets")
    ?? throw new InvalidOperationException("ConnectionStrings__Tickets is not set");

builder.Services.AddNpgsqlDataSource(connection);
builder.Services.AddSingleton<ITicketStore, TicketStore>();
builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: ["ready"]);

var app = builder.Build();
if (app.Configuration.GetValue("Migrate", true))
{
    Schema.Upgrade(connection);
}

app.UseHttpMetrics();
app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
app.MapMetrics();
app.MapGroup("/tickets").MapTickets();
app.Run();

public partial class Program;
