package dev.lockstep.wildfly;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Calls a web application of a container from outside. */
final class Http {
  private final HttpClient client = HttpClient.newHttpClient();
  private final String base;

  private Http(String base) {
    this.base = base;
  }

  static Http of(String container, String application) {
    return new Http("http://127.0.0.1:" + Servers.httpPort(container) + "/" + application);
  }

  /**
   * The lines that a path answers.
   *
   * @throws IOException if the server is halted meanwhile
   */
  List<String> get(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofMinutes(2)).build();
    try {
      HttpResponse<String> response =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() != 200) {
        throw new IllegalStateException(path + " answered " + response);
      }
      return response.body().lines().toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  List<String> get(String path, String customer) throws IOException {
    return get(path + "?customer=" + URLEncoder.encode(customer, StandardCharsets.UTF_8));
  }
}
