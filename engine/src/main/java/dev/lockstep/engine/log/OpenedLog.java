package dev.lockstep.engine.log;

import java.util.List;

/**
 * What the scan found and prepared.
 *
 * @param segment the new, empty segment of the new incarnation
 * @param earlier the segments that hold frames, oldest first
 * @param recyclable segments whose content is not read any more
 * @param end where the frames of the earlier incarnations end
 * @param cutBytes how many bytes of a torn tail were cut off
 * @param scarce whether the disk seemed to have no room for the spare segments
 */
record OpenedLog(
    Segment segment,
    List<Segment> earlier,
    List<Segment> recyclable,
    long end,
    long cutBytes,
    boolean scarce) {}
