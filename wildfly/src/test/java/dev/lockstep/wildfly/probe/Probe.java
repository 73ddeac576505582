package dev.lockstep.wildfly.probe;

import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Answers with the threads of Lockstep, its management beans, or the number of class loaders; or
 * has the server recover.
 */
@WebServlet("/*")
public class Probe extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** For the container. */
  public Probe() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    try {
      for (String line : answer(request.getPathInfo())) {
        response.getWriter().println(line);
      }
    } catch (JMException e) {
      throw new ServletException(e);
    }
  }

  private static List<String> answer(String path) throws JMException {
    return switch (path) {
      case "/threads" ->
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.contains("lockstep"))
              .sorted()
              .toList();
      case "/beans" ->
          ManagementFactory.getPlatformMBeanServer()
              .queryNames(new ObjectName("dev.lockstep:*"), null)
              .stream()
              .map(ObjectName::getCanonicalName)
              .sorted()
              .toList();
      case "/recover" -> {
        RecoveryManager.manager().scan();
        yield List.of("done");
      }
      case "/class-loaders" -> List.of(String.valueOf(classLoaders()));
      default -> throw new IllegalArgumentException("nothing at " + path);
    };
  }

  /** The live ones: the histogram is taken after a full collection. */
  private static long classLoaders() throws JMException {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    return String.valueOf(histogram)
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(
            columns ->
                columns.length > 3 && columns[3].equals("org.jboss.modules.ModuleClassLoader"))
        .mapToLong(columns -> Long.parseLong(columns[1]))
        .sum();
  }
}
