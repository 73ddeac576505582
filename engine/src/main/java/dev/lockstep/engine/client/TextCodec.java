package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.Headers;

/** Strings as UTF-8 text. */
enum TextCodec implements Codec<String> {
  INSTANCE;

  @Override
  public String contentType() {
    return "text/plain; charset=utf-8";
  }

  @Override
  public byte[] encode(String payload) {
    return Utf8.encode(payload);
  }

  @Override
  public String decode(byte[] bytes, Headers headers) {
    return Utf8.decode(bytes);
  }
}
