package dev.lockstep.spi;

import dev.lockstep.Headers;
import java.util.Optional;

/**
 * A message as the log sees it. The arrays are not copied; whoever hands one over does not change
 * it afterwards.
 *
 * @param topic where it goes
 * @param key its key, as UTF-8 text
 * @param payload its encoded payload
 * @param headers its headers
 */
public record Envelope(String topic, Optional<byte[]> key, byte[] payload, Headers headers) {}
