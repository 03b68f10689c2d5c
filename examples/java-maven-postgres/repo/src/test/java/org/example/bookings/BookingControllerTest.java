package org.example.bookings;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.web.servlet.WebMvcTest;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;

@WebMvcTest(BookingController.class)
class BookingControllerTest {

    private static final String BODY = """
            {"startsAt": "2026-01-05T12:00:00Z", "endsAt": "%s", "bookedBy": "%s"}
            """;

    @Autowired
    private MockMvc http;

    @MockitoBean
    private BookingRepository bookings;

    @ParameterizedTest
    @CsvSource({
        "2026-01-05T13:00:00Z, ada, 201",
        "2026-01-05T11:00:00Z, ada, 422",
        "2026-01-05T13:00:00Z, '', 400",
        "tomorrow,             ada, 400",
    })
    void answersWith(String endsAt, String bookedBy, int expected) throws Exception {
        http.perform(post("/rooms/blue/bookings").contentType(MediaType.APPLICATION_JSON)
                .content(BODY.formatted(endsAt, bookedBy))).andExpect(status().is(expected));
    }

    @Test
    void conflictWhenTaken() throws Exception {
        willThrow(new RoomTakenException(null)).given(bookings).save(any());
        http.perform(post("/rooms/blue/bookings").contentType(MediaType.APPLICATION_JSON)
                .content(BODY.formatted("2026-01-05T13:00:00Z", "ada"))).andExpect(status().isConflict());
    }

    @Test
    void emptyRoomIsAnEmptyList() throws Exception {
        given(bookings.findByRoom("blue")).willReturn(List.of());
        http.perform(get("/rooms/blue/bookings")).andExpect(status().isOk())
                .andExpect(jsonPath("$").isEmpty());
    }
}
