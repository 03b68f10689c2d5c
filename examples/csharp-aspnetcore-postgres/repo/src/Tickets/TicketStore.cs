using Npgsql;

namespace Tickets;

public interface ITicketStore
{
    Task<IReadOnlyList<Ticket>> Open(CancellationToken cancellation);

    Task<Ticket> Add(string title, CancellationToken cancellation);

    Task<bool> Close(long id, CancellationToken cancellation);
}

public sealed class TicketStore(NpgsqlDataSource source) : ITicketStore
{
    public async Task<IReadOnlyList<Ticket>> Open(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT id, title, closed FROM tickets WHERE NOT closed ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Ticket>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new Ticket(reader.GetInt64(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return found;
    }

    public async Task<Ticket> Add(string title, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("INSERT INTO tickets (title) VALUES ($1) RETURNING id");
        command.Parameters.Add(new NpgsqlParameter { Value = title });
        var id = (long)(await command.ExecuteScalarAsync(cancellation))!;
        return new Ticket(id, title, false);
    }

    public async Task<bool> Close(long id, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("UPDATE tickets SET closed = true WHERE id = $1 AND NOT closed");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }
}
