# Sourced by ./demo and ./bench: finds a JDK and builds a module if anything is newer than its last
# build. Expects $root, $name (of the command) and $module; sets $java.
stamp=$root/$module/target/$name.stamp
log=$root/target/$name-build.log

fail() {
  echo "$name: $*" >&2
  exit 1
}

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
  javac=$JAVA_HOME/bin/javac
  where="JAVA_HOME ($JAVA_HOME)"
else
  java=java
  javac=javac
  where="the PATH"
fi
command -v "$java" >/dev/null 2>&1 || fail "no java in $where; install a JDK, 17 or later"
version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${version:-0}" -ge 17 ] || fail "java in $where is too old (version ${version:-unknown}); a JDK from 17 is needed"

# Anything newer than the last build, or no build at all.
is_stale() {
  [ ! -f "$stamp" ] && return 0
  [ ! -d "$root/$module/target/lib" ] && return 0
  newer=$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main -newer "$stamp" -type f | head -n 1)
  [ -n "$newer" ]
}

build() {
  command -v "$javac" >/dev/null 2>&1 || fail "no javac in $where: that is a runtime; install a JDK, 17 or later"
  echo "Building (the first time downloads Maven and the libraries: some minutes on a slow line)" >&2
  mkdir -p "$root/target" "$root/$module/target"
  # A library whose version has changed must not stay beside the new one.
  rm -rf "$root/$module/target/lib"
  started=$root/$module/target/$name.started
  : >"$started"
  (cd "$root" && exec ./mvnw -pl "$module" -am -DskipTests -Dquick package) >"$log" 2>&1 </dev/null &
  maven=$!
  trap 'kill "$maven" 2>/dev/null; echo >&2; exit 130' INT TERM
  while kill -0 "$maven" 2>/dev/null; do
    printf . >&2
    sleep 1
  done
  echo >&2
  trap - INT TERM
  if ! wait "$maven"; then
    grep '^\[ERROR\]' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
    fail "the build failed; all of its output is in $log"
  fi
  # What changes while Maven runs is newer than the stamp.
  mv "$started" "$stamp"
}

if is_stale; then
  build
fi
