package dev.lockstep.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between an application and PostgreSQL or MariaDB, and loses statements, or the answers to
 * them, and the connections with that. So the application cannot know whether a statement was
 * carried out. It can also hold a statement up, for longer than the application lives, and counts
 * round trips.
 *
 * <p>It understands as much of the protocols (not encrypted, not compressed) as that needs.
 * Thread-safe.
 */
public final class LossyProxy implements AutoCloseable {
  private static final int CHUNK = 8192;

  /** What is lost. */
  public enum Loss {
    /** The statement never arrives. */
    STATEMENT,
    /** The statement is carried out, and nobody is told. */
    ANSWER
  }

  /** A statement that is to be held up. */
  public static final class Held {
    private final String sql;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private Held(String sql) {
      this.sql = sql;
    }

    /**
     * Waits until it is there, and held.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public void awaitArrival() throws InterruptedException {
      arrived.await();
    }

    /** Lets it go on to the server, and whatever was sent behind it. */
    public void release() {
      released.countDown();
    }
  }

  private record Armed(String sql, List<Loss> losses) {
    Optional<Armed> withoutFirst() {
      return losses.size() == 1
          ? Optional.empty()
          : Optional.of(new Armed(sql, losses.subList(1, losses.size())));
    }
  }

  private final String jdbcUrl;
  private final WireProtocol protocol;
  private final ServerSocket listening;
  private final InetAddress host;
  private final int port;
  private final AtomicInteger losses = new AtomicInteger();
  private final AtomicInteger roundTrips = new AtomicInteger();
  private Optional<Armed> armed = Optional.empty();
  private Optional<Held> holding = Optional.empty();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private LossyProxy(ServerSocket listening, String jdbcUrl, InetAddress host, int port) {
    this.listening = listening;
    this.jdbcUrl = jdbcUrl;
    this.protocol = WireProtocol.of(jdbcUrl);
    this.host = host;
    this.port = port;
  }

  /**
   * Starts a proxy on a free port of the loopback interface.
   *
   * @param jdbcUrl the server to stand before, by a URL that names host and port
   * @return the proxy
   * @throws UncheckedIOException if there is no port for it, or no such host
   */
  public static LossyProxy before(String jdbcUrl) {
    URI server = URI.create(jdbcUrl.substring("jdbc:".length()));
    try {
      ServerSocket listening = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
      String through =
          jdbcUrl.replace(
              server.getHost() + ":" + server.getPort(), "127.0.0.1:" + listening.getLocalPort());
      LossyProxy proxy =
          new LossyProxy(
              listening, through, InetAddress.getByName(server.getHost()), server.getPort());
      daemon("lockstep-lossy-proxy", proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stand before " + jdbcUrl, e);
    }
  }

  /**
   * The way through this proxy.
   *
   * @return the server's URL with the proxy's port
   */
  public String jdbcUrl() {
    return jdbcUrl;
  }

  /**
   * Loses the next statements that contain a text: as many as there are losses.
   *
   * @param sql the text, as the application sends it
   * @param losses what is lost of the first such statement, of the second, and so on
   */
  public synchronized void lose(String sql, Loss... losses) {
    armed = losses.length == 0 ? Optional.empty() : Optional.of(new Armed(sql, List.of(losses)));
  }

  /**
   * Holds the next statement up that contains a text. What the application sends behind it waits,
   * too, also if the application ends meanwhile.
   *
   * @param sql the text, as the application sends it
   * @return that statement
   */
  public synchronized Held hold(String sql) {
    Held held = new Held(sql);
    holding = Optional.of(held);
    return held;
  }

  private synchronized Optional<Held> heldBy(String message) {
    Optional<Held> matching = holding.filter(one -> message.contains(one.sql));
    if (matching.isPresent()) {
      holding = Optional.empty();
    }
    return matching;
  }

  /**
   * How often an application has waited for the server, on all connections.
   *
   * @return the number since the start
   */
  public int roundTrips() {
    return roundTrips.get();
  }

  /** What is to be lost of a message, which is then done. */
  private synchronized Optional<Loss> lossOf(String message) {
    Optional<Armed> matching = armed.filter(one -> message.contains(one.sql()));
    if (matching.isPresent()) {
      armed = matching.get().withoutFirst();
      losses.incrementAndGet();
    }
    return matching.map(one -> one.losses().get(0));
  }

  /**
   * How often something was lost.
   *
   * @return the number since the start
   */
  public int losses() {
    return losses.get();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        open.add(client);
        Socket server = new Socket(host, port);
        open.add(server);
        client.setTcpNoDelay(true); // otherwise a round trip may wait for an acknowledgement
        server.setTcpNoDelay(true);
        Link link = new Link(client, server);
        daemon("lockstep-lossy-proxy-to-server", link::statements);
        daemon("lockstep-lossy-proxy-to-client", link::answers);
      } catch (IOException e) {
        closeAll(); // closed, or the server is away: whoever has connected sees it
      }
    }
  }

  private void closeAll() {
    open.forEach(LossyProxy::close);
    open.clear();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** No connection goes through any more. */
  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeAll();
  }

  /** The two connections of a client. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean swallowing;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void statements() {
      try {
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(client.getInputStream(), CHUNK));
        OutputStream out = server.getOutputStream();
        forwardStart(in, out);
        while (forwardMessage(in, out)) {
          // until the end, or a loss
        }
      } catch (IOException e) {
        cut(); // one of the two is gone, so the other has nobody to talk to
        return;
      }
      cut();
    }

    private void forwardStart(DataInputStream in, OutputStream out) throws IOException {
      WireProtocol.Message message;
      do {
        message = protocol.first(in);
        out.write(message.bytes());
        out.flush();
      } while (!protocol.isStarted(message));
    }

    private boolean forwardMessage(DataInputStream in, OutputStream out) throws IOException {
      WireProtocol.Message message = protocol.next(in);
      String text = message.text();
      Optional<Held> held = heldBy(text);
      if (held.isPresent()) {
        held.get().arrived.countDown();
        awaitRelease(held.get());
      }
      if (message.isQuestion()) {
        roundTrips.incrementAndGet();
      }
      Optional<Loss> loss = lossOf(text);
      if (loss.isPresent()) {
        if (loss.get() == Loss.STATEMENT) {
          return false;
        }
        swallowing = true;
      }
      out.write(message.bytes());
      out.flush();
      return true;
    }

    private void awaitRelease(Held held) throws IOException {
      try {
        held.released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("nobody interrupts this thread");
      }
    }

    void answers() {
      try {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          if (swallowing) {
            swallow(chunk, read, in);
            break;
          }
          out.write(chunk, 0, read);
          out.flush();
        }
      } catch (IOException e) {
        cut(); // as above
        return;
      }
      cut();
    }

    /** The client waits for the answer, so that the first byte is the first of a message. */
    private void swallow(byte[] chunk, int read, InputStream in) throws IOException {
      DataInputStream all =
          new DataInputStream(
              new SequenceInputStream(new ByteArrayInputStream(chunk, 0, read), in));
      protocol.skipAnswer(all);
    }

    private void cut() {
      LossyProxy.close(client);
      LossyProxy.close(server);
      open.remove(client);
      open.remove(server);
    }
  }
}
