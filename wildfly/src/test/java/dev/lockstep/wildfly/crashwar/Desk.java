package dev.lockstep.wildfly.crashwar;

import dev.lockstep.wildfly.crash.Traps;
import dev.lockstep.wildfly.war.Log;
import dev.lockstep.wildfly.war.Shop;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * Does what the path says for the customer in the query, and answers with a line for each result.
 */
@WebServlet("/*")
public class Desk extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Shop shop;
  @Inject private transient Trapped trapped;
  @Inject private transient Traps traps;
  @Inject private transient Log log;

  /** For the container. */
  public Desk() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String customer = request.getParameter("customer");
    try {
      for (String line : answer(request.getPathInfo(), customer)) {
        response.getWriter().println(line);
      }
    } catch (RuntimeException | IOException e) {
      throw e;
    } catch (Exception e) {
      throw new ServletException(e);
    }
  }

  private List<String> answer(String path, String customer) throws Exception {
    switch (path) {
      case "/open" -> shop.open();
      case "/place" -> shop.place(customer);
      case "/halt-before-decision" -> trapped.haltBeforeDecision(customer);
      case "/halt-before-commits" -> trapped.haltBeforeCommits(customer);
      case "/halt-between-commits" -> trapped.haltBetweenCommits(customer);
      case "/recover" -> traps.recover();
      case "/rows" -> {
        return shop.rows();
      }
      case "/messages" -> {
        return shop.messages();
      }
      case "/binding" -> {
        return List.of(log.binding());
      }
      case "/in-doubt" -> {
        return shop.inDoubt();
      }
      default -> throw new IllegalArgumentException("nothing at " + path);
    }
    return List.of("done");
  }
}
