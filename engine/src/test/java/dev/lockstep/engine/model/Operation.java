package dev.lockstep.engine.model;

import java.io.IOException;

/**
 * Something that is done to a log and to its model. It names what it works on by numbers, which
 * count modulo what is there, so that it makes sense whatever was before it.
 */
interface Operation {
  void on(History history) throws IOException;
}
