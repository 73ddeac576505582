package dev.lockstep.engine.inspect;

import java.util.Map;

/**
 * A frame of the log.
 *
 * @param position where it starts
 * @param file the segment file
 * @param at the byte of that file
 * @param length the room that it takes, header and padding included
 * @param type what it is
 * @param fields its body: numbers, texts, bytes, and lists and maps of these
 */
public record FrameView(
    long position, String file, long at, int length, String type, Map<String, Object> fields) {}
