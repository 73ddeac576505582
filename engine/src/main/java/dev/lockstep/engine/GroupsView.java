package dev.lockstep.engine;

import dev.lockstep.Groups;
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

  GroupsView(SegmentLog log, TopicTable topics, GroupTable groups) {
    this.log = log;
    this.topics = topics;
    this.groups = groups;
  }

  @Override
  public List<String> names() {
    log.checkOpen();
    return groups.names();
  }

  @Override
  public Optional<GroupInfo> find(String group, String topic) {
    log.checkOpen();
    return topics.find(topic).flatMap(state -> groups.view(group, state));
  }
}
