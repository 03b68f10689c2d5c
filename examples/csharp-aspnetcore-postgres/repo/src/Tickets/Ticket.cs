namespace Tickets;

public sealed record Ticket(long Id, string Title, bool Closed);

public sealed record NewTicket(string Title);
