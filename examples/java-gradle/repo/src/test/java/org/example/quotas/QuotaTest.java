package org.example.quotas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaTest {

    private static final Quota QUOTA = new Quota(2, Duration.ofMinutes(1));

    @ParameterizedTest
    @CsvSource({"0, PT1M", "-1, PT1M", "1, PT0S", "1, PT0.5S"})
    void refuses(int limit, Duration window) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Quota(limit, window));
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, false"})
    void allowsUpToTheLimit(long calls, boolean allowed) {
        assertThat(QUOTA.allows(calls)).isEqualTo(allowed);
    }

    @Test
    void windowsFollowEachOther() {
        assertThat(QUOTA.windowOf(Instant.ofEpochSecond(59))).isZero();
        assertThat(QUOTA.windowOf(Instant.ofEpochSecond(60))).isOne();
    }
}
