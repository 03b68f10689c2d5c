namespace Tickets;

public static class TicketRoutes
{
    public static RouteGroupBuilder MapTickets(this RouteGroupBuilder group)
    {
        group.MapGet("/", (ITicketStore store, CancellationToken cancellation) => store.Open(cancellation));
        group.MapPost("/", async (NewTicket ticket, ITicketStore store, CancellationToken cancellation) =>
        {
            if (string.IsNullOrWhiteSpace(ticket.Title))
            {
                return Results.BadRequest();
            }

            var added = await store.Add(ticket.Title.Trim(), cancellation);
            return Results.Created($"/tickets/{added.Id}", added);
        });
        group.MapPost("/{id:long}/close", async (long id, ITicketStore store, CancellationToken cancellation) =>
            await store.Close(id, cancellation) ? Results.NoContent() : Results.NotFound());
        return group;
    }
}
