package dev.lockstep.xa.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.spi.Branch.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What JTA 2.0 ({@code javax.transaction.xa}) and X/Open XA (the state tables of chapter 6, the
 * return values of chapter 5) ask of a resource, whichever it is. {@link Table} has the answers to
 * each call with each of its flags, in each state of a branch, by the resource that worked in it
 * and by another one of the same resource manager; behind each answer the branch is completed from
 * the state that the answer leaves it in, and the work in it must be there or not accordingly. A
 * subclass names where its resource departs from that; that must be so, too.
 *
 * <p>Where the specification leaves a choice, the table has several answers:
 *
 * <ul>
 *   <li>Flags that no call has are {@code XAER_INVAL} whatever the state: it ranks no error above
 *       another, but a call that cannot be read is not a call in the wrong state.
 *   <li>A second {@code start} with {@code TMNOFLAGS} by the resource that is associated is both
 *       {@code XAER_DUPID} and {@code XAER_PROTO}.
 *   <li>{@code end} and {@code TMRESUME} for a branch that nobody knows lack both the branch
 *       ({@code XAER_NOTA}) and the association ({@code XAER_PROTO}).
 *   <li>{@code forget} of a branch that was not decided heuristically: {@code XAER_NOTA} ("not
 *       known as heuristically completed"), or {@code XAER_PROTO} by the state table.
 *   <li>A branch that can only be rolled back may be answered with {@code XA_RB*} wherever that is
 *       possible; {@code prepare} and a one-phase commit that do so complete it. {@code end} with
 *       {@code TMFAIL} may say so or not.
 *   <li>The state table of branches takes one that is suspended for idle, that of associations for
 *       associated: a resource may complete it, or insist on an end. A one-phase commit may always
 *       be answered with a rollback.
 *   <li>What was rolled back because its time ran out may be forgotten at once ({@code XAER_NOTA}).
 *   <li>An xid may be used again when its branch is completed, or be refused ({@code XAER_DUPID}).
 *   <li>JTA has no threads of control, but instances of {@link XAResource}: what is said of threads
 *       holds for these, and whichever thread makes a call does not matter. There is no {@code
 *       TMMIGRATE}, so another resource cannot resume.
 *   <li>A one-phase commit of what is decided heuristically: that outcome, or {@code XAER_PROTO}.
 * </ul>
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class XaContract {
  private static final int RECOVERS_ALL = XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN;

  private final AtomicLong transactions = new AtomicLong(System.nanoTime());
  private final Table table = new Table();
  private ResourceUnderTest manager;

  /**
   * The resource manager, for all tests of the class.
   *
   * @param directory an empty directory, which is deleted in the end
   */
  protected abstract ResourceUnderTest open(Path directory) throws Exception;

  /** The states that a branch of this resource manager never is in. */
  protected Set<State> unreachable() {
    return EnumSet.noneOf(State.class);
  }

  /** The answers that are not the specification's; of several for one call the first counts. */
  protected abstract List<Departure> departures();

  /** What this resource lacks. */
  protected Set<Trait> lacks() {
    return EnumSet.noneOf(Trait.class);
  }

  @BeforeAll
  final void start(@TempDir Path directory) throws Exception {
    manager = open(directory);
  }

  @AfterAll
  final void stop() throws Exception {
    manager.close();
  }

  @AfterEach
  final void disconnect() throws Exception {
    manager.disconnect();
  }

  private TestXid newXid() {
    return TestXid.of(transactions.incrementAndGet(), 1);
  }

  final Stream<Arguments> cells() {
    Set<State> states = EnumSet.complementOf(EnumSet.copyOf(unreachableOrNone()));
    return states.stream()
        .flatMap(
            state ->
                Arrays.stream(Call.values())
                    .flatMap(
                        call ->
                            Arrays.stream(Caller.values())
                                .map(caller -> Arguments.of(state, call, caller))));
  }

  private EnumSet<State> unreachableOrNone() {
    EnumSet<State> states = EnumSet.noneOf(State.class);
    states.addAll(unreachable());
    return states;
  }

  @ParameterizedTest(name = "{0}: {1} by {2}")
  @MethodSource("cells")
  final void answersAsTheTableSays(State state, Call call, Caller caller) throws Exception {
    TestXid xid = newXid();
    Subject subject = new Subject(manager, xid);
    subject.bringTo(state);
    XAResource resource = caller == Caller.WORKER ? subject.worker() : manager.connect();
    List<Answer> specified = table.answers(state, call, caller);
    Optional<Departure> departure =
        departures().stream().filter(d -> d.covers(state, call, caller)).findFirst();
    int code = call.answer(resource, xid.copy());
    List<Answer> allowed = departure.map(d -> Answer.parse(d.answer(), state)).orElse(specified);
    Optional<Answer> answer = allowed.stream().filter(a -> a.code().is(code, state)).findFirst();
    assertThat(answer)
        .as("%s: %s by %s: answered %s, and not one of %s", state, call, caller, code, allowed)
        .isPresent();
    departure.ifPresent(
        d -> assertThat(specified).as("no departure: %s", d.why()).doesNotContain(answer.get()));
    subject.answered(call, resource, answer.get());
    subject.settle();
  }

  @Test
  final void departuresAreAboutStatesThatThereAre() {
    for (Departure departure : departures()) {
      assertThat(departure.states())
          .as(departure.why())
          .isNotEmpty()
          .noneMatch(state -> unreachable().contains(state));
    }
  }

  /**
   * Asserts that the resource has what the specification asks for, or that it is named as lacking.
   */
  private void assertTrait(Trait trait, boolean has) {
    assertThat(has).as("%s", trait).isEqualTo(!lacks().contains(trait));
  }

  private void work(XAResource resource, Xid xid) throws Exception {
    resource.start(xid, XAResource.TMNOFLAGS);
    manager.work(resource);
    resource.end(xid, XAResource.TMSUCCESS);
  }

  private void prepare(XAResource resource, Xid xid) throws Exception {
    work(resource, xid);
    assertThat(resource.prepare(xid)).isEqualTo(XAResource.XA_OK);
  }

  @Test
  final void aBranchWithoutWork() throws Exception {
    XAResource resource = manager.connect();
    TestXid xid = newXid();
    resource.start(xid, XAResource.TMNOFLAGS);
    resource.end(xid, XAResource.TMSUCCESS);
    int vote = resource.prepare(xid);

    assertThat(vote).isIn(XAResource.XA_OK, XAResource.XA_RDONLY);
    assertTrait(Trait.VOTES_READ_ONLY, vote == XAResource.XA_RDONLY);
    if (vote == XAResource.XA_RDONLY) {
      assertThat(Call.COMMIT.answer(resource, xid)).isEqualTo(XAException.XAER_NOTA);
      assertThat(Call.ROLLBACK.answer(resource, xid)).isEqualTo(XAException.XAER_NOTA);
    } else {
      resource.rollback(xid);
    }
  }

  @Test
  final void aTimeoutIsKeptUntilItIsSetAgain() throws Exception {
    XAResource resource = manager.connect();
    int standard = resource.getTransactionTimeout();
    boolean has = resource.setTransactionTimeout(17);

    assertTrait(Trait.HAS_TIMEOUTS, has);
    assertThat(resource.getTransactionTimeout()).isEqualTo(has ? 17 : standard);
    work(resource, newXid());
    assertThat(resource.getTransactionTimeout()).isEqualTo(has ? 17 : standard);
    assertThat(resource.setTransactionTimeout(0)).isEqualTo(has);
    assertThat(resource.getTransactionTimeout()).isEqualTo(standard);
    assertThat(manager.connect().getTransactionTimeout()).isEqualTo(standard);
  }

  @Test
  final void aNegativeTimeoutIsInvalid() throws Exception {
    XAResource resource = manager.connect();
    int code = XAResource.XA_OK;
    try {
      resource.setTransactionTimeout(-1);
    } catch (XAException e) {
      code = e.errorCode;
    }
    assertTrait(Trait.REFUSES_NEGATIVE_TIMEOUTS, code == XAException.XAER_INVAL);
  }

  @Test
  final void isSameRm() throws Exception {
    XAResource resource = manager.connect();

    assertThat(resource.isSameRM(resource)).isTrue();
    assertThat(resource.isSameRM(manager.stranger())).isFalse();
    boolean known = resource.isSameRM(manager.connect());
    assertThat(resource.isSameRM(manager.recovery())).isEqualTo(known);
    assertTrait(Trait.KNOWS_ITS_RESOURCE_MANAGER, known);
  }

  /** Threads with a resource each join what one of them began; yet another one completes it. */
  @Test
  final void severalThreadsWorkInOneBranch() throws Exception {
    long before = manager.committed();
    TestXid xid = newXid();
    XAResource first = manager.connect();
    first.start(xid, XAResource.TMNOFLAGS);
    manager.work(first);
    XAResource probe = manager.connect();
    int joined = Call.JOIN.answer(probe, xid);
    assertTrait(Trait.SHARES_A_BRANCH, joined == XAResource.XA_OK);
    int threads = 4;
    if (joined == XAResource.XA_OK) {
      probe.end(xid, XAResource.TMSUCCESS);
      together(threads, () -> joinAndWork(xid));
    }
    first.end(xid, XAResource.TMSUCCESS);
    boolean shares = joined == XAResource.XA_OK;
    XAResource last = shares ? manager.connect() : first;
    together(1, () -> last.prepare(xid.copy()) == XAResource.XA_OK);
    together(1, () -> commit(last, xid));

    assertThat(manager.committed() - before).isEqualTo(shares ? threads + 1 : 1);
  }

  private boolean joinAndWork(TestXid xid) throws Exception {
    XAResource resource = manager.connect();
    resource.start(xid.copy(), XAResource.TMJOIN);
    manager.work(resource);
    resource.end(xid.copy(), XAResource.TMSUCCESS);
    return true;
  }

  private static boolean commit(XAResource resource, TestXid xid) throws XAException {
    resource.commit(xid.copy(), false);
    return true;
  }

  private static void together(int threads, Callable<Boolean> task) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Boolean>> tasks = IntStream.range(0, threads).mapToObj(i -> task).toList();
      for (Future<Boolean> done : executor.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /** JTA: whichever thread calls, the resource is what is associated. */
  @Test
  final void oneBranchMayGoFromThreadToThread() throws Exception {
    long before = manager.committed();
    TestXid xid = newXid();
    XAResource resource = manager.connect();
    List<Call> calls = List.of(Call.START, Call.END_SUCCESS, Call.PREPARE, Call.COMMIT);
    for (Call call : calls) {
      together(1, () -> call.answer(resource, xid.copy()) == XAResource.XA_OK);
      if (call == Call.START) {
        manager.work(resource);
      }
    }
    assertThat(manager.committed() - before).isEqualTo(1);
  }

  /** Branches of one global transaction have nothing to do with one another. */
  @Test
  final void severalBranchesOfOneTransaction() throws Exception {
    long before = manager.committed();
    long transaction = transactions.incrementAndGet();
    TestXid prepared = TestXid.of(transaction, 1);
    TestXid late = TestXid.of(transaction, 2);
    TestXid undone = TestXid.of(transaction, 3);
    XAResource first = manager.connect();
    XAResource second = manager.connect();
    XAResource third = manager.connect();
    second.start(late, XAResource.TMNOFLAGS);
    prepare(first, prepared);
    prepare(third, undone);
    manager.work(second);
    assertThat(Call.PREPARE.answer(manager.connect(), TestXid.of(transaction, 4)))
        .isEqualTo(XAException.XAER_NOTA);
    first.commit(prepared, false);
    third.rollback(undone);
    second.end(late, XAResource.TMSUCCESS);
    assertThat(manager.committed() - before).isEqualTo(1);
    second.commit(late, true);

    assertThat(manager.committed() - before).isEqualTo(2);
  }

  @Test
  final void oneResourceForSeveralBranches() throws Exception {
    long before = manager.committed();
    TestXid first = newXid();
    TestXid second = newXid();
    XAResource resource = manager.connect();
    work(resource, first);
    boolean interleaves = Call.START.answer(resource, second) == XAResource.XA_OK;
    assertTrait(Trait.INTERLEAVES_BRANCHES, interleaves);
    if (interleaves) {
      manager.work(resource);
      assertThat(Call.END_SUCCESS.answer(resource, first)).isEqualTo(XAException.XAER_PROTO);
      assertThat(resource.prepare(first)).isEqualTo(XAResource.XA_OK);
      resource.end(second, XAResource.TMSUCCESS);
      resource.rollback(second);
      resource.commit(first, false);
    } else {
      resource.commit(first, true);
    }
    assertThat(manager.committed() - before).isEqualTo(1);
  }

  @Test
  final void anAssociatedResourceStartsNoOtherBranch() throws Exception {
    XAResource resource = manager.connect();
    TestXid xid = newXid();
    resource.start(xid, XAResource.TMNOFLAGS);
    TestXid other = newXid();

    assertThat(Call.START.answer(resource, other)).isEqualTo(XAException.XAER_PROTO);
    resource.end(xid, XAResource.TMSUCCESS);
    assertThat(Call.ROLLBACK.answer(manager.connect(), other)).isEqualTo(XAException.XAER_NOTA);
  }

  @Test
  final void anotherResourceCompletesWhatIsPrepared() throws Exception {
    XAResource resource = manager.connect();
    TestXid committed = newXid();
    prepare(resource, committed);
    long before = manager.committed();
    manager.connect().commit(committed, false);
    assertThat(manager.committed() - before).isEqualTo(1);
    boolean learns = Call.COMMIT.answer(resource, committed) == XAException.XAER_NOTA;
    assertTrait(Trait.LEARNS_WHAT_OTHERS_COMPLETED, learns);
    assertThat(Call.COMMIT.answer(manager.connect(), committed)).isEqualTo(XAException.XAER_NOTA);
  }

  private List<Xid> listed(List<TestXid> asked, Xid[]... scans) {
    return Arrays.stream(scans)
        .flatMap(Arrays::stream)
        .filter(found -> asked.stream().anyMatch(xid -> xid.isSame(found)))
        .toList();
  }

  /** Whatever the flags, each branch is listed once in a scan, from its start to its end. */
  @Test
  final void recoverListsWhatIsPrepared() throws Exception {
    TestXid prepared = newXid();
    TestXid alsoPrepared = newXid();
    TestXid idle = newXid();
    TestXid active = newXid();
    XAResource first = manager.connect();
    prepare(first, prepared);
    prepare(manager.connect(), alsoPrepared);
    work(manager.connect(), idle);
    XAResource working = manager.connect();
    working.start(active, XAResource.TMNOFLAGS);
    manager.work(working);
    XAResource recovery = manager.recovery();
    List<TestXid> asked = List.of(prepared, alsoPrepared, idle, active);

    assertThat(listed(asked, recovery.recover(RECOVERS_ALL))).hasSize(2);
    assertThat(listed(asked, recovery.recover(RECOVERS_ALL))).hasSize(2);
    Xid[] start = recovery.recover(XAResource.TMSTARTRSCAN);
    Xid[] more = recovery.recover(XAResource.TMNOFLAGS);
    Xid[] end = recovery.recover(XAResource.TMENDRSCAN);
    assertThat(listed(asked, start, more, end)).hasSize(2);
    Xid[] again = recovery.recover(XAResource.TMSTARTRSCAN);
    Xid[] fromTheStart = recovery.recover(XAResource.TMSTARTRSCAN);
    assertThat(listed(asked, again)).hasSameSizeAs(listed(asked, fromTheStart));
    assertThat(recovery.recover(XAResource.TMENDRSCAN)).isNotNull();
    for (Xid found : listed(asked, fromTheStart)) {
      assertThat(prepared.isSame(found) || alsoPrepared.isSame(found)).isTrue();
    }

    long before = manager.committed();
    for (Xid found : listed(asked, fromTheStart)) {
      if (prepared.isSame(found)) {
        recovery.commit(found, false);
      } else {
        recovery.rollback(found);
      }
    }
    assertThat(manager.committed() - before).isEqualTo(1);
    assertThat(listed(asked, recovery.recover(RECOVERS_ALL))).isEmpty();
  }

  @Test
  final void recoverListsWhatIsDecidedHeuristically() throws Exception {
    if (unreachable().contains(State.HEURISTIC_COMMIT)) {
      return; // it decides nothing by itself
    }
    for (Outcome outcome : Outcome.values()) {
      TestXid xid = newXid();
      prepare(manager.connect(), xid);
      manager.decideByHand(xid, outcome);
      XAResource recovery = manager.recovery();

      assertThat(listed(List.of(xid), recovery.recover(RECOVERS_ALL))).hasSize(1);
      recovery.forget(xid);
      assertThat(listed(List.of(xid), recovery.recover(RECOVERS_ALL))).isEmpty();
      assertThat(Call.COMMIT.answer(recovery, xid)).isEqualTo(XAException.XAER_NOTA);
    }
  }

  @Test
  final void recoverTakesNoOtherFlags() throws Exception {
    XAResource recovery = manager.recovery();
    for (int flags :
        new int[] {
          XAResource.TMJOIN,
          XAResource.TMFAIL,
          XAResource.TMSUCCESS,
          XAResource.TMONEPHASE,
          XAResource.TMSTARTRSCAN | XAResource.TMRESUME,
          RECOVERS_ALL | XAResource.TMSUSPEND,
          1
        }) {
      assertThat(recover(recovery, flags)).as("flags %x", flags).isEqualTo(XAException.XAER_INVAL);
    }
  }

  private static int recover(XAResource recovery, int flags) {
    try {
      return recovery.recover(flags) == null ? XAException.XAER_RMERR : XAResource.XA_OK;
    } catch (XAException e) {
      return e.errorCode;
    }
  }

  @Test
  final void recoverNeedsAnOpenScan() throws Exception {
    XAResource recovery = manager.recovery();
    List<Integer> codes = new ArrayList<>();
    codes.add(recover(recovery, XAResource.TMNOFLAGS));
    codes.add(recover(recovery, XAResource.TMENDRSCAN));
    assertThat(recover(recovery, RECOVERS_ALL)).isEqualTo(XAResource.XA_OK);
    codes.add(recover(recovery, XAResource.TMNOFLAGS));
    assertThat(recover(recovery, XAResource.TMSTARTRSCAN)).isEqualTo(XAResource.XA_OK);
    assertThat(recover(recovery, XAResource.TMENDRSCAN)).isEqualTo(XAResource.XA_OK);
    codes.add(recover(recovery, XAResource.TMENDRSCAN));

    assertThat(codes).containsOnly(codes.get(0));
    assertTrait(Trait.NEEDS_AN_OPEN_SCAN, codes.get(0) == XAException.XAER_INVAL);
  }

  /** A scan belongs to the resource that began it. */
  @Test
  final void scansOfSeveralResourcesAreIndependent() throws Exception {
    TestXid xid = newXid();
    prepare(manager.connect(), xid);
    XAResource first = manager.recovery();
    XAResource second = manager.recovery();

    assertThat(listed(List.of(xid), first.recover(XAResource.TMSTARTRSCAN))).hasSize(1);
    assertThat(listed(List.of(xid), second.recover(RECOVERS_ALL))).hasSize(1);
    assertThat(listed(List.of(xid), first.recover(XAResource.TMENDRSCAN))).isEmpty();
    second.rollback(xid);
  }

  @SuppressWarnings("NullAway") // a manager is not null-checked
  @Test
  final void aMissingXidIsInvalid() throws Exception {
    XAResource resource = manager.connect();
    boolean refused = true;
    for (Call call : Call.values()) {
      try {
        int code = call.answer(resource, null);
        refused &= code == XAException.XAER_INVAL || code == XAException.XAER_NOTA;
      } catch (NullPointerException e) {
        refused = false;
      }
    }
    assertTrait(Trait.REFUSES_A_MISSING_XID, refused);
  }

  @Test
  final void badXidsAreInvalid() throws Exception {
    boolean refused = true;
    for (TestXid bad :
        List.of(
            new TestXid(null, new byte[1]),
            new TestXid(new byte[1], null),
            new TestXid(new byte[Xid.MAXGTRIDSIZE + 1], new byte[1]),
            new TestXid(new byte[1], new byte[Xid.MAXBQUALSIZE + 1]))) {
      XAResource resource = manager.connect();
      refused &= Call.START.answer(resource, bad) == XAException.XAER_INVAL;
    }
    assertTrait(Trait.REFUSES_BAD_XIDS, refused);
  }

  @Test
  final void xidsAreComparedByTheirParts() throws Exception {
    long before = manager.committed();
    TestXid xid = newXid();
    XAResource resource = manager.connect();
    resource.start(xid, XAResource.TMNOFLAGS);
    manager.work(resource);
    boolean compares = Call.END_SUCCESS.answer(resource, xid.alias()) == XAResource.XA_OK;
    assertTrait(Trait.COMPARES_XIDS_BY_THEIR_PARTS, compares);
    if (compares) {
      assertThat(resource.prepare(xid.alias())).isEqualTo(XAResource.XA_OK);
      resource.commit(xid.alias(), false);
      assertThat(manager.committed() - before).isEqualTo(1);
    }
  }

  @Test
  final void xidsMayBeAsLongAsTheSpecificationSays() throws Exception {
    long before = manager.committed();
    byte[] globalId = new byte[Xid.MAXGTRIDSIZE];
    byte[] qualifier = new byte[Xid.MAXBQUALSIZE];
    Arrays.fill(globalId, (byte) -1);
    Arrays.fill(qualifier, (byte) 0x80);
    TestXid xid = new TestXid(globalId, qualifier);
    XAResource resource = manager.connect();
    work(resource, xid);
    boolean takes = Call.PREPARE.answer(resource, xid.copy()) == XAResource.XA_OK;
    assertTrait(Trait.TAKES_LONG_XIDS, takes);
    if (takes) {
      assertThat(listed(List.of(xid), manager.recovery().recover(RECOVERS_ALL))).hasSize(1);
      resource.commit(xid.copy(), false);
      assertThat(manager.committed() - before).isEqualTo(1);
    }
  }
}
