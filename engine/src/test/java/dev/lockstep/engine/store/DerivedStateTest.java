package dev.lockstep.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.TopicConfig;
import dev.lockstep.engine.frame.DropBody;
import dev.lockstep.engine.frame.FrameTypes;
import dev.lockstep.engine.frame.GroupBody;
import dev.lockstep.engine.frame.GroupPositionBody;
import dev.lockstep.engine.frame.TopicBody;
import dev.lockstep.engine.frame.TrimBody;
import dev.lockstep.engine.frame.TrimBody.Trim;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.index.IndexEntry;
import dev.lockstep.engine.index.MessageRef;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.index.Traits;
import dev.lockstep.engine.io.PowerCutStorage;
import dev.lockstep.engine.log.FrameRef;
import dev.lockstep.engine.tx.CommitClock;
import dev.lockstep.engine.tx.PreparedBranches;
import dev.lockstep.engine.tx.RecordTable;
import dev.lockstep.engine.tx.Resolutions;
import dev.lockstep.engine.tx.SpilledBranches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a removal takes that was decided before a group was set back, and is applied after it. */
@Timeout(30)
class DerivedStateTest {
  private static final int TOPIC = 1;
  private static final TopicConfig ORDERS = TopicConfig.of("orders");
  private static final DropBody DROP = new DropBody(TOPIC, 0, new long[] {0, 1, 3, 4});
  private static final TrimBody TRIM = new TrimBody(List.of(new Trim(TOPIC, 0, 5)));

  private final TopicTable topics = new TopicTable(new PowerCutStorage(1), 1 << 20);
  private final DerivedState state =
      new DerivedState(
          topics,
          new GroupTable(topics),
          new PreparedBranches(),
          new Resolutions(),
          new SpilledBranches(),
          new RecordTable(),
          new CommitClock(Clock.systemUTC()));

  private void tenMessages(TopicConfig config) {
    state.put(new TopicBody(TOPIC, config));
    MessageRef message = new MessageRef(TOPIC, 0, new FrameRef(64, 100), Traits.PLAIN);
    topics.publish(Collections.nCopies(10, message), 1);
  }

  private long first() {
    return topics.topic(TOPIC).partition(0).first();
  }

  private List<Long> left() throws IOException {
    return topics.topic(TOPIC).partition(0).entries(0, 10).stream()
        .map(IndexEntry::offset)
        .toList();
  }

  private void setBack() {
    state.groups().move(new GroupPositionBody("billing", TOPIC, Map.of(0, 2L)));
  }

  @Test
  void aGroupThatWasSetBackKeepsWhatItHasToConsume() {
    tenMessages(ORDERS.retainUntilConsumed());
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    setBack();
    state.trim(TRIM);
    assertThat(first()).isEqualTo(2);
  }

  @Test
  void aGroupThatHasComeKeepsWhatItHasToConsume() {
    tenMessages(ORDERS.retainUntilConsumed().retainFor(Duration.ofDays(1)));
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    state.groups().add(GroupBody.at("audit", TOPIC, 0));
    state.trim(TRIM);
    assertThat(first()).isZero();
  }

  @Test
  void aReplayKeepsTheSame() {
    tenMessages(ORDERS.retainUntilConsumed());
    Replayer replayer = new Replayer(state);
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    setBack();
    ByteBuffer body = ByteBuffer.allocate(20).putInt(1).putInt(TOPIC).putInt(0).putLong(5).flip();
    replayer.frame(FrameTypes.TRIM, 64, 44, body);
    assertThat(first()).isEqualTo(2);
  }

  @Test
  void whatEveryGroupHasConsumedGoes() {
    tenMessages(ORDERS.retainUntilConsumed());
    state.groups().add(GroupBody.at("billing", TOPIC, 7));
    state.trim(TRIM);
    assertThat(first()).isEqualTo(5);
  }

  @Test
  void withoutThatRetentionGroupsKeepNothing() {
    tenMessages(ORDERS.retainFor(Duration.ofDays(1)));
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    setBack();
    state.trim(TRIM);
    assertThat(first()).isEqualTo(5);
  }

  @Test
  void aCompactionLeavesWhatAGroupThatWasSetBackHasToConsume() throws IOException {
    tenMessages(ORDERS.compacted(Duration.ZERO).retainUntilConsumed());
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    setBack();
    assertThat(state.drop(DROP)).isFalse();
    assertThat(left()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void aCompactionLeavesWhatAGroupThatHasComeHasToConsume() throws IOException {
    tenMessages(ORDERS.compacted(Duration.ZERO).retainUntilConsumed());
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    state.groups().add(GroupBody.at("audit", TOPIC, 0));
    assertThat(state.drop(DROP)).isFalse();
    assertThat(left()).hasSize(10);
  }

  @Test
  void aReplayedCompactionLeavesTheSame() throws IOException {
    tenMessages(ORDERS.compacted(Duration.ZERO).retainUntilConsumed());
    Replayer replayer = new Replayer(state);
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    setBack();
    byte[] distances = {0, 1, 2, 1};
    ByteBuffer body = ByteBuffer.allocate(16).putInt(TOPIC).putInt(0).putInt(4).put(distances);
    replayer.frame(FrameTypes.DROP, 64, 40, body.flip());
    assertThat(left()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void aCompactionTakesWhatEveryGroupHasConsumed() throws IOException {
    tenMessages(ORDERS.compacted(Duration.ZERO).retainUntilConsumed());
    state.groups().add(GroupBody.at("billing", TOPIC, 7));
    assertThat(state.drop(DROP)).isTrue();
    assertThat(left()).containsExactly(2L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void withoutThatRetentionACompactionTakesAll() throws IOException {
    tenMessages(ORDERS.compacted(Duration.ZERO));
    state.groups().add(GroupBody.at("billing", TOPIC, 5));
    setBack();
    assertThat(state.drop(DROP)).isTrue();
    assertThat(left()).containsExactly(2L, 5L, 6L, 7L, 8L, 9L);
  }
}
