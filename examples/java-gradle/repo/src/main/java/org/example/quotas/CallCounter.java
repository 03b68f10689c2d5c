package org.example.quotas;

/** Counts calls; the store behind it is shared by all instances of the service. */
public interface CallCounter {

    /** Counts one more call of a key in a window and returns how many there are now. */
    long count(String key, long window);
}
