package dev.lockstep.engine;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Drops what is written to the standard error while a test class runs that makes logs fail by the
 * thousand: each of them would say so with a stack trace. Not if the tests' log is asked for.
 */
public final class QuietLog implements BeforeAllCallback, AfterAllCallback {
  private static final Namespace HERE = Namespace.create(QuietLog.class);
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(HERE).put(PrintStream.class, begin());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.setErr(context.getStore(HERE).get(PrintStream.class, PrintStream.class));
  }

  /** Begins to drop it; says what {@link System#setErr} wants back in the end. */
  public static PrintStream begin() {
    PrintStream before = System.err;
    if ("error".equals(System.getProperty(LEVEL))) {
      System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }
    return before;
  }
}
