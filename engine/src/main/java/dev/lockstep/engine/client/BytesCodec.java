package dev.lockstep.engine.client;

import dev.lockstep.Codec;
import dev.lockstep.Headers;

/** Bytes as they are; copied, since the application may change its array at any time. */
enum BytesCodec implements Codec<byte[]> {
  INSTANCE;

  @Override
  public String contentType() {
    return "application/octet-stream";
  }

  @Override
  public byte[] encode(byte[] payload) {
    return payload.clone();
  }

  @Override
  public byte[] decode(byte[] bytes, Headers headers) {
    return bytes.clone();
  }
}
