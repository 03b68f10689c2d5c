package org.example.quotas;

import java.time.Clock;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class QuotaController {

    private final CallCounter counter;
    private final Quota quota;
    private final Clock clock;

    public QuotaController(CallCounter counter, Quota quota, Clock clock) {
        this.counter = counter;
        this.quota = quota;
        this.clock = clock;
    }

    /** What is left in this window. */
    public record Answer(int limit, long remaining) {
    }

    @PostMapping("/quotas/{key}/calls")
    public ResponseEntity<Answer> call(@PathVariable("key") String key) {
        long calls = counter.count(key, quota.windowOf(clock.instant()));
        var status = quota.allows(calls) ? HttpStatus.OK : HttpStatus.TOO_MANY_REQUESTS;
        return ResponseEntity.status(status).body(new Answer(quota.limit(), Math.max(0, quota.limit() - calls)));
    }
}
