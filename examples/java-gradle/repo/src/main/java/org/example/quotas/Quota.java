package org.example.quotas;

import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** How many calls a key may make in each window of time. */
@ConfigurationProperties("quota")
public record Quota(int limit, Duration window) {

    public Quota {
        if (limit < 1 || window.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("a quota allows at least 1 call and lasts at least 1 second");
        }
    }

    /** The window that an instant falls into; windows are counted from the epoch. */
    public long windowOf(Instant instant) {
        return instant.getEpochSecond() / window.toSeconds();
    }

    public boolean allows(long calls) {
        return calls <= limit;
    }
}
