package org.example.bookings;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** A room taken from {@code startsAt} until just before {@code endsAt}. */
public record Booking(UUID id, String room, Instant startsAt, Instant endsAt, String bookedBy) {

    static final Duration LONGEST = Duration.ofHours(12);

    public Booking {
        if (!startsAt.isBefore(endsAt)) {
            throw new IllegalArgumentException("a booking ends after it starts");
        }
        if (Duration.between(startsAt, endsAt).compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a booking takes at most 12 hours");
        }
    }
}
