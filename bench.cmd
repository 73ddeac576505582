@echo off
rem Builds the benchmarks and runs them; "bench" lists the suites, "bench --help" says the rest. Needs a JDK, 17 or later.
setlocal
set "ROOT=%~dp0"
if not defined JAVA_HOME (
  echo bench: JAVA_HOME is not set; let it name a JDK, 17 or later 1>&2
  exit /b 1
)
pushd "%ROOT%"
echo Building (the first time downloads Maven and the libraries: some minutes on a slow line) 1>&2
call mvnw.cmd -q -pl benchmarks -am -DskipTests -Dquick package
if errorlevel 1 (
  popd
  echo bench: the build failed, see above 1>&2
  exit /b 1
)
popd
"%JAVA_HOME%\bin\java" -Xms2g -Xmx2g "@%ROOT%benchmarks\jvm.options" "-Dlockstep.bench.home=%ROOT%." -cp "%ROOT%benchmarks\target\classes;%ROOT%benchmarks\target\lib\*" dev.lockstep.benchmarks.Bench %*
exit /b %ERRORLEVEL%
