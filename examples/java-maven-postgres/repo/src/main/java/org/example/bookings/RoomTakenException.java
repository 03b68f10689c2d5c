package org.example.bookings;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

@ResponseStatus(value = HttpStatus.CONFLICT, reason = "the room is taken at that time")
public class RoomTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RoomTakenException(Throwable cause) {
        super(cause);
    }
}
