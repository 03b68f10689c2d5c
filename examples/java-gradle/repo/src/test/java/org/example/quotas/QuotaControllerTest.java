package org.example.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;

class QuotaControllerTest {

    private final Map<String, Long> calls = new HashMap<>();

    private QuotaController at(long epochSecond) {
        CallCounter counter = (key, window) -> calls.merge(key + "@" + window, 1L, Long::sum);
        var clock = Clock.fixed(Instant.ofEpochSecond(epochSecond), ZoneOffset.UTC);
        return new QuotaController(counter, new Quota(2, Duration.ofMinutes(1)), clock);
    }

    @Test
    void countsDown() {
        assertThat(at(0).call("ada").getBody()).isEqualTo(new QuotaController.Answer(2, 1));
        assertThat(at(1).call("ada").getBody()).isEqualTo(new QuotaController.Answer(2, 0));
        var third = at(2).call("ada");
        assertThat(third.getStatusCode()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
        assertThat(third.getBody()).isEqualTo(new QuotaController.Answer(2, 0));
    }

    @Test
    void keysAndWindowsAreApart() {
        at(0).call("ada");
        at(0).call("ada");
        assertThat(at(0).call("bob").getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(at(60).call("ada").getStatusCode()).isEqualTo(HttpStatus.OK);
    }
}
