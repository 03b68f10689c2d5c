package org.example.bookings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/rooms/{room}/bookings")
public class BookingController {

    private final BookingRepository bookings;

    public BookingController(BookingRepository bookings) {
        this.bookings = bookings;
    }

    /** What a caller sends. */
    public record Request(@NotNull Instant startsAt, @NotNull Instant endsAt, @NotBlank String bookedBy) {
    }

    @GetMapping
    public List<Booking> list(@PathVariable("room") String room) {
        return bookings.findByRoom(room);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    public Booking create(@PathVariable("room") String room, @Valid @RequestBody Request request) {
        var booking = new Booking(UUID.randomUUID(), room, request.startsAt(), request.endsAt(), request.bookedBy());
        bookings.save(booking);
        return booking;
    }

    @ExceptionHandler
    ProblemDetail refuse(IllegalArgumentException mistake) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_ENTITY, mistake.getMessage());
    }
}
