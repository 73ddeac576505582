package dev.lockstep.wildfly.crashrar;

import dev.lockstep.wildfly.rar.Shop;
import dev.lockstep.wildfly.rar.Tables;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/**
 * Does what the path says for the customer in the query, and answers with a line for each result.
 */
@WebServlet("/*")
public class Desk extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Shop shop;
  @Inject private transient Tables tables;
  @Inject private transient Trapped trapped;

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
      case "/open" -> open();
      case "/place" -> shop.place(customer);
      case "/send" -> shop.send("poison", customer, customer);
      case "/halt-before-commits" -> trapped.haltBeforeCommits(customer);
      case "/orders", "/invoices", "/handled" -> {
        return tables.rows(path.substring(1));
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

  private void open() throws SQLException {
    for (String table : List.of("orders", "invoices", "handled")) {
      tables.create(table);
    }
  }
}
