package dev.lockstep.cli;

import dev.lockstep.datasource.PreparedTransactions;
import dev.lockstep.engine.inspect.ClosedDirectory;
import dev.lockstep.engine.inspect.Overview;
import dev.lockstep.engine.inspect.Overview.HeuristicSummary;
import dev.lockstep.engine.inspect.Overview.InDoubtSummary;
import dev.lockstep.spi.Participant.Prepared;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "in-doubt",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Shows the transactions in doubt, and those that were decided by hand and are not forgotten.",
      "With --database, joined with the prepared transactions of PostgreSQL: each branch in a row,",
      "those of one transaction together."
    },
    footer = {
      "",
      "Exit status: 0 all is well; 1 an open would refuse the log; 2 it was called wrongly; 3 the",
      "directory is held by a process, is not there, or can't be read, or a database does not",
      "answer; 4 the tool failed."
    })
final class InDoubtCommand extends DirectoryCommand {
  private static final String HERE = "log";

  @Option(
      names = "--database",
      paramLabel = "URL",
      description = {
        "a database that takes part: jdbc:postgresql://host:port/database?user=...; the password",
        "belongs into ~/.pgpass; may be given several times"
      })
  private List<String> databases = new ArrayList<>();

  /** A branch, wherever it is. */
  private record Branch(
      String id,
      String where,
      Instant since,
      Map<String, Integer> messages,
      List<String> blocked,
      Optional<String> byHand,
      Optional<String> nativeName) {
    static Branch of(InDoubtSummary branch) {
      return new Branch(
          branch.transactionId(),
          HERE,
          branch.since(),
          branch.messagesByTopic(),
          branch.blockedGroups(),
          Optional.empty(),
          Optional.empty());
    }

    static Branch of(HeuristicSummary branch) {
      return new Branch(
          branch.transactionId(),
          HERE,
          branch.since(),
          branch.messagesByTopic(),
          List.of(),
          Optional.of(branch.outcome()),
          Optional.empty());
    }

    static Branch of(String database, Prepared branch) {
      return new Branch(
          branch.id().toString(),
          database,
          branch.since(),
          Map.of(),
          branch.blocked(),
          Optional.empty(),
          Optional.of(branch.nativeName()));
    }

    /** All but the branch qualifier. */
    String transaction() {
      return id.substring(0, id.lastIndexOf(':'));
    }
  }

  @Override
  int run(ClosedDirectory opened) throws IOException {
    Overview overview = opened.overview();
    List<Branch> branches = new ArrayList<>();
    overview.inDoubt().forEach(branch -> branches.add(Branch.of(branch)));
    overview.heuristics().forEach(branch -> branches.add(Branch.of(branch)));
    List<String> outOfReach = new ArrayList<>();
    databases.forEach(url -> ask(url, branches, outOfReach));
    List<List<Branch>> cases = cases(branches);
    if (isJson()) {
      print(cases, outOfReach, overview.refusal());
    } else {
      print(cases, out());
    }
    overview.refusal().ifPresent(why -> err().println("REFUSED  " + Escaped.text(why)));
    outOfReach.forEach(line -> err().println(Escaped.text(line)));
    if (overview.refusal().isPresent()) {
      return LockstepTool.DAMAGED;
    }
    return outOfReach.isEmpty() ? LockstepTool.WELL : LockstepTool.UNREADABLE;
  }

  private static void ask(String url, List<Branch> branches, List<String> outOfReach) {
    String name = url.replaceFirst("\\?.*", ""); // the rest may hold a password
    try (Connection connection = DriverManager.getConnection(url)) {
      PreparedTransactions.in(connection).forEach(found -> branches.add(Branch.of(name, found)));
    } catch (SQLException e) {
      outOfReach.add("'" + name + "' does not answer: " + e.getMessage());
    }
  }

  /** The branches of each transaction; the transaction with the oldest branch first. */
  private static List<List<Branch>> cases(List<Branch> branches) {
    Map<String, List<Branch>> cases = new LinkedHashMap<>();
    branches.stream()
        .sorted(Comparator.comparing(Branch::since))
        .forEach(
            branch ->
                cases
                    .computeIfAbsent(branch.transaction(), transaction -> new ArrayList<>())
                    .add(branch));
    return List.copyOf(cases.values());
  }

  private static void print(List<List<Branch>> cases, PrintWriter out) {
    if (cases.isEmpty()) {
      out.println("no transaction is in doubt");
      return;
    }
    Table table = new Table("BRANCH", "WHERE", "SINCE", "BY HAND", "MESSAGES", "WAITING FOR IT");
    for (List<Branch> branches : cases) {
      for (Branch branch : branches) {
        table.row(
            branch.id(),
            branch.where(),
            branch.since(),
            branch.byHand().orElse("-"),
            branch.messages().isEmpty() ? "-" : branch.messages(),
            branch.blocked().isEmpty() ? "-" : String.join("; ", branch.blocked()));
      }
    }
    table.print(out);
  }

  private void print(List<List<Branch>> cases, List<String> outOfReach, Optional<String> refusal) {
    JsonArrayBuilder array = Json.createArrayBuilder();
    for (List<Branch> branches : cases) {
      JsonArrayBuilder all = Json.createArrayBuilder();
      branches.forEach(branch -> all.add(json(branch)));
      array.add(
          Json.createObjectBuilder()
              .add("transaction", branches.get(0).transaction())
              .add("since", branches.get(0).since().toString())
              .add("branches", all));
    }
    JsonObjectBuilder object =
        Json.createObjectBuilder()
            .add("cases", array)
            .add("outOfReach", Json.createArrayBuilder(outOfReach));
    JsonOutput.add(object, "refusal", refusal);
    JsonOutput.print(object.build(), out());
  }

  private static JsonObjectBuilder json(Branch branch) {
    JsonObjectBuilder messages = Json.createObjectBuilder();
    branch.messages().forEach(messages::add);
    JsonObjectBuilder object =
        Json.createObjectBuilder()
            .add("transactionId", branch.id())
            .add("where", branch.where())
            .add("since", branch.since().toString());
    JsonOutput.add(object, "byHand", branch.byHand());
    JsonOutput.add(object, "nativeName", branch.nativeName());
    return object
        .add("messagesByTopic", messages)
        .add("waiting", Json.createArrayBuilder(branch.blocked()));
  }
}
