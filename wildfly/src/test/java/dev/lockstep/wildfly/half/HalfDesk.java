package dev.lockstep.wildfly.half;

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
public class HalfDesk extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Shop shop;
  @Inject private transient Trapped trapped;

  /** For the container. */
  public HalfDesk() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    try {
      for (String line : answer(request.getPathInfo(), request.getParameter("customer"))) {
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
      case "/halt-with-the-half-message" -> trapped.haltWithTheHalfMessage(customer);
      case "/halt-after-the-commit" -> trapped.haltAfterTheCommit(customer);
      case "/rows" -> {
        return shop.rows();
      }
      case "/messages" -> {
        return shop.messages();
      }
      case "/in-doubt" -> {
        return shop.inDoubt();
      }
      default -> throw new IllegalArgumentException("nothing at " + path);
    }
    return List.of("done");
  }
}
