package dev.lockstep.engine;

import dev.lockstep.Groups;
import dev.lockstep.engine.group.GroupChanges;
import dev.lockstep.engine.group.GroupTable;
import dev.lockstep.engine.index.TopicTable;
import dev.lockstep.engine.log.SegmentLog;
import java.util.List;
import java.util.Optional;

/** The groups, as the API shows them. */
final class GroupsView implements Groups {
  private final SegmentLog log;
  private final TopicTable topics;
  private final GroupTable groups;
  private final GroupChanges changes;

  GroupsView(SegmentLog log, TopicTable topics, GroupTable groups, GroupChanges changes) {
    this.log = log;
    this.topics = topics;
    this.groups = groups;
    this.changes = changes;
  }

  @Override
  public List<String> names() {
    log.checkOpen();
    return groups.names();
  }

  @Override
  public Optional<GroupInfo> find(String group, String topic) {
    log.checkOpen();
    return topics.find(topic).flatMap(state -> groups.view(group, state, log::awaitDeferred));
  }

  @Override
  public void reset(String group, String topic, int partition, long offset) {
    log.checkOpen();
    changes.move(group, topics.topic(topic), partition, offset);
  }

  @Override
  public boolean delete(String group) {
    return changes.delete(group);
  }
}
