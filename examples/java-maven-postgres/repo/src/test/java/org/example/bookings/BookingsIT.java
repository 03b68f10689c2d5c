package org.example.bookings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.HttpStatus;

/** The whole service against the PostgreSQL of SPRING_DATASOURCE_URL; without one it fails. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BookingsIT {

    private final String room = "room-" + UUID.randomUUID();

    @Autowired
    private TestRestTemplate http;

    @Autowired
    private BookingRepository bookings;

    private Booking from(String start, String end) {
        return new Booking(UUID.randomUUID(), room, Instant.parse(start), Instant.parse(end), "ada");
    }

    @Test
    void isReady() {
        var answer = http.getForEntity("/actuator/health/readiness", String.class);
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
    }

    @Test
    void keepsBookingsInOrder() {
        var late = from("2026-01-05T15:00:00Z", "2026-01-05T16:00:00Z");
        var early = from("2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z");
        bookings.save(late);
        bookings.save(early);
        assertThat(bookings.findByRoom(room)).containsExactly(early, late);
    }

    @Test
    void neighboursDoNotOverlap() {
        bookings.save(from("2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z"));
        bookings.save(from("2026-01-05T13:00:00Z", "2026-01-05T14:00:00Z"));
        assertThat(bookings.findByRoom(room)).hasSize(2);
    }

    @Test
    void refusesOverlap() {
        bookings.save(from("2026-01-05T12:00:00Z", "2026-01-05T14:00:00Z"));
        var overlapping = from("2026-01-05T13:00:00Z", "2026-01-05T15:00:00Z");
        assertThatExceptionOfType(RoomTakenException.class).isThrownBy(() -> bookings.save(overlapping));
    }

    @Test
    void answersOverHttp() {
        var body = Map.of("startsAt", "2026-01-05T12:00:00Z", "endsAt", "2026-01-05T13:00:00Z", "bookedBy", "ada");
        var path = "/rooms/" + room + "/bookings";
        assertThat(http.postForEntity(path, body, String.class).getStatusCode()).isEqualTo(HttpStatus.CREATED);
        assertThat(http.postForEntity(path, body, String.class).getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
        assertThat(http.getForObject(path, Booking[].class)).hasSize(1);
    }
}
