package dev.lockstep.xa;

import dev.lockstep.spi.Branch;
import java.util.Optional;
import javax.transaction.xa.XAResource;

/**
 * A log's {@link XAResource}, for a container that enlists it itself. See {@link
 * JtaBinding#resource}.
 */
public interface BranchResource extends XAResource {
  /**
   * The branch that this resource was last associated with.
   *
   * @return the branch, or empty before the first start
   */
  Optional<Branch> branch();
}
