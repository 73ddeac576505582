package dev.lockstep.xa.contract;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What the specification lets a resource answer. {@link XaContract} says where it has a choice. */
final class Table {
  private static final String WORKER =
      """
      call       ; none       ; active                      ; suspended                                      ; idle                       ; rollback-only                ; prepared                   ; heuristic    ; late                                 ; late, idle                                    ; done
      start      ; OK>ACTIVE  ; DUPID PROTO                 ; DUPID PROTO                                    ; DUPID                      ; DUPID RB                     ; DUPID                      ; DUPID        ; DUPID PROTO RB                       ; DUPID RB                                      ; OK>ACTIVE DUPID
      join       ; NOTA       ; PROTO                       ; PROTO                                          ; OK>ACTIVE                  ; RB PROTO                     ; PROTO                      ; PROTO        ; PROTO RBTIMEOUT                      ; RBTIMEOUT NOTA>ROLLED_BACK                    ; NOTA
      resume     ; NOTA PROTO ; PROTO                       ; OK>ACTIVE                                      ; PROTO                      ; PROTO RB                     ; PROTO                      ; PROTO        ; PROTO RBTIMEOUT                      ; PROTO RBTIMEOUT NOTA>ROLLED_BACK              ; NOTA PROTO
      start?     ; INVAL      ; INVAL                       ; INVAL                                          ; INVAL                      ; INVAL                        ; INVAL                      ; INVAL        ; INVAL                                ; INVAL                                         ; INVAL
      end        ; NOTA PROTO ; OK>IDLE                     ; OK>IDLE                                        ; PROTO                      ; PROTO RB                     ; PROTO                      ; PROTO        ; RBTIMEOUT>LATE_IDLE                  ; PROTO RBTIMEOUT NOTA>ROLLED_BACK              ; NOTA PROTO
      end failed ; NOTA PROTO ; OK>ROLLBACK_ONLY RB>ROLLBACK_ONLY ; OK>ROLLBACK_ONLY RB>ROLLBACK_ONLY        ; PROTO                      ; PROTO RB                     ; PROTO                      ; PROTO        ; OK>LATE_IDLE RBTIMEOUT>LATE_IDLE     ; PROTO RBTIMEOUT NOTA>ROLLED_BACK              ; NOTA PROTO
      suspend    ; NOTA PROTO ; OK>SUSPENDED                ; PROTO                                          ; PROTO                      ; PROTO RB                     ; PROTO                      ; PROTO        ; OK RBTIMEOUT>LATE_IDLE               ; PROTO RBTIMEOUT NOTA>ROLLED_BACK              ; NOTA PROTO
      end?       ; INVAL      ; INVAL                       ; INVAL                                          ; INVAL                      ; INVAL                        ; INVAL                      ; INVAL        ; INVAL                                ; INVAL                                         ; INVAL
      prepare    ; NOTA       ; PROTO                       ; PROTO OK>PREPARED                              ; OK>PREPARED                ; PROTO RB>ROLLED_BACK         ; PROTO                      ; PROTO        ; PROTO RBTIMEOUT>ROLLED_BACK          ; RBTIMEOUT>ROLLED_BACK NOTA>ROLLED_BACK        ; NOTA
      commit     ; NOTA       ; PROTO                       ; PROTO                                          ; PROTO                      ; PROTO                        ; OK>COMMITTED               ; HEUR         ; PROTO NOTA RBTIMEOUT>ROLLED_BACK     ; PROTO NOTA RBTIMEOUT>ROLLED_BACK              ; NOTA
      commit 1   ; NOTA       ; PROTO RB>ROLLED_BACK        ; PROTO RB>ROLLED_BACK OK>COMMITTED              ; OK>COMMITTED               ; PROTO RB>ROLLED_BACK         ; PROTO                      ; HEUR PROTO   ; PROTO RBTIMEOUT>ROLLED_BACK          ; RBTIMEOUT>ROLLED_BACK NOTA>ROLLED_BACK        ; NOTA
      rollback   ; NOTA       ; PROTO                       ; PROTO OK>ROLLED_BACK RB>ROLLED_BACK            ; OK>ROLLED_BACK RB>ROLLED_BACK ; OK>ROLLED_BACK RB>ROLLED_BACK ; OK>ROLLED_BACK RB>ROLLED_BACK ; HEUR   ; PROTO OK>ROLLED_BACK RB>ROLLED_BACK  ; OK>ROLLED_BACK RB>ROLLED_BACK NOTA>ROLLED_BACK ; NOTA
      forget     ; NOTA       ; NOTA PROTO                  ; NOTA PROTO                                     ; NOTA PROTO                 ; NOTA PROTO                   ; NOTA PROTO                 ; OK>UNKNOWN   ; NOTA PROTO                           ; NOTA PROTO                                    ; NOTA
      """;

  /** Where another resource is answered otherwise: it has no association of its own. */
  private static final String OTHER =
      """
      call       ; active     ; suspended  ; late
      start      ; DUPID      ; DUPID      ; DUPID RBTIMEOUT
      join       ; OK>ACTIVE  ; OK>ACTIVE  ; RBTIMEOUT NOTA>ROLLED_BACK
      resume     ; PROTO      ; PROTO      ; PROTO RBTIMEOUT
      end        ; PROTO      ; PROTO      ; PROTO RBTIMEOUT
      end failed ; PROTO      ; PROTO      ; PROTO RBTIMEOUT
      suspend    ; PROTO      ; PROTO      ; PROTO RBTIMEOUT
      """;

  private final Map<String, String> worker = cells(WORKER);
  private final Map<String, String> other = cells(OTHER);

  private static Map<String, String> cells(String text) {
    List<String[]> rows = text.lines().map(line -> line.split(";")).toList();
    String[] columns = rows.get(0);
    Map<String, String> cells = new HashMap<>();
    for (String[] row : rows.subList(1, rows.size())) {
      if (row.length != columns.length) {
        throw new IllegalStateException("not a row of the table: " + Arrays.toString(row));
      }
      IntStream.range(1, row.length)
          .forEach(i -> cells.put(key(row[0], columns[i]), row[i].strip()));
    }
    return cells;
  }

  private static String key(String row, String column) {
    return row.strip() + ";" + column.strip();
  }

  List<Answer> answers(State state, Call call, Caller caller) {
    String key = key(call.row(), state.column());
    String ofWorker = worker.get(key);
    if (ofWorker == null) {
      throw new IllegalStateException("the table has no cell " + key);
    }
    return Answer.parse(
        caller == Caller.OTHER ? other.getOrDefault(key, ofWorker) : ofWorker, state);
  }
}
