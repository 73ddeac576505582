package dev.lockstep.engine.io;

class PowerCutStorageContractTest extends StorageContract {
  @Override
  Storage open() {
    return new PowerCutStorage(1);
  }
}
