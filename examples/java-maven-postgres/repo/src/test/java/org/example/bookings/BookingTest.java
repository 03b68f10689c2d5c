package org.example.bookings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BookingTest {

    private static final Instant NOON = Instant.parse("2026-01-05T12:00:00Z");

    private static Booking lasting(String duration) {
        return new Booking(UUID.randomUUID(), "blue", NOON, NOON.plus(Duration.parse(duration)), "ada");
    }

    @Test
    void acceptsTwelveHours() {
        assertThat(lasting("PT12H").room()).isEqualTo("blue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1H", "PT12H1S"})
    void refuses(String duration) {
        assertThatIllegalArgumentException().isThrownBy(() -> lasting(duration));
    }
}
