package org.example.bookings;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
public class BookingRepository {

    private final JdbcClient jdbc;

    public BookingRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Saves a booking, unless another one of the same room overlaps. */
    public void save(Booking booking) {
        try {
            jdbc.sql("INSERT INTO bookings (id, room, starts_at, ends_at, booked_by) VALUES (?, ?, ?, ?, ?)")
                    .params(booking.id(), booking.room(), booking.startsAt().atOffset(ZoneOffset.UTC),
                            booking.endsAt().atOffset(ZoneOffset.UTC), booking.bookedBy())
                    .update();
        } catch (DataIntegrityViolationException overlap) {
            throw new RoomTakenException(overlap);
        }
    }

    /** The bookings of a room, earliest first. */
    public List<Booking> findByRoom(String room) {
        return jdbc.sql("SELECT * FROM bookings WHERE room = ? ORDER BY starts_at")
                .param(room)
                .query(BookingRepository::read)
                .list();
    }

    private static Booking read(ResultSet row, int number) throws SQLException {
        return new Booking(row.getObject("id", UUID.class), row.getString("room"),
                row.getObject("starts_at", OffsetDateTime.class).toInstant(),
                row.getObject("ends_at", OffsetDateTime.class).toInstant(), row.getString("booked_by"));
    }
}
