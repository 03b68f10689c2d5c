package org.example.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/** The whole service against the Redis of REDIS_URL; without one it fails. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"quota.limit=5", "quota.window=1h"})
class QuotasIntegrationTest {

    private final String key = UUID.randomUUID().toString();

    @Autowired
    private TestRestTemplate http;

    @Autowired
    private RedisCallCounter counter;

    @Autowired
    private StringRedisTemplate redis;

    @Test
    void isReady() {
        var answer = http.getForEntity("/actuator/health/readiness", String.class);
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
    }

    @Test
    void concurrentCallsAreAllCounted() {
        var counts = IntStream.range(0, 20).parallel().mapToObj(call -> counter.count(key, 7)).toList();
        assertThat(counts).doesNotHaveDuplicates().hasSize(20);
        assertThat(Collections.max(counts)).isEqualTo(20);
    }

    @Test
    void countersEnd() {
        counter.count(key, 7);
        assertThat(redis.getExpire("quota:" + key + ":7")).isPositive();
    }

    @Test
    void refusesTheSixthCall() {
        HttpStatusCode last = null;
        for (int call = 0; call < 6; call++) {
            last = http.postForEntity("/quotas/" + key + "/calls", null, String.class).getStatusCode();
        }
        assertThat(last).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
    }
}
