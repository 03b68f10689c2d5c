using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tickets.Tests;

public sealed class TicketRoutesTests : IDisposable
{
    private readonly WebApplicationFactory<Program> _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
    {
        host.UseSetting("ConnectionStrings:Tickets", "Host=nowhere");
        host.UseSetting("Migrate", "false");
        host.ConfigureTestServices(services => services.AddSingleton<ITicketStore, Remembered>());
    });

    public void Dispose() => _factory.Dispose();

    [Fact]
    public async Task ATicketIsCreatedAndListed()
    {
        var client = _factory.CreateClient();
        var answer = await client.PostAsJsonAsync("/tickets", new NewTicket(" printer is on fire "));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var open = await client.GetFromJsonAsync<Ticket[]>("/tickets");
        Assert.Equal("printer is on fire", Assert.Single(open!).Title);
    }

    [Fact]
    public async Task AnUnknownTicketIsNotFound()
    {
        var answer = await _factory.CreateClient().PostAsync("/tickets/7/close", null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private sealed class Remembered : ITicketStore
    {
        private readonly List<Ticket> _tickets = [];

        public Task<IReadOnlyList<Ticket>> Open(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Ticket>>(_tickets);

        public Task<Ticket> Add(string title, CancellationToken cancellation)
        {
            var ticket = new Ticket(_tickets.Count + 1, title, false);
            _tickets.Add(ticket);
            return Task.FromResult(ticket);
        }

        public Task<bool> Close(long id, CancellationToken cancellation) =>
            Task.FromResult(_tickets.RemoveAll(ticket => ticket.Id == id) > 0);
    }
}
