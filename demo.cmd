@echo off
rem Builds what the demo needs and runs it; "demo --help" says what it does. Needs a JDK, 17 or later,
rem and LOCKSTEP_PG_URL: there is no embedded PostgreSQL for Windows.
setlocal
set "ROOT=%~dp0"
if not defined JAVA_HOME (
  echo demo: JAVA_HOME is not set; let it name a JDK, 17 or later 1>&2
  exit /b 1
)
pushd "%ROOT%"
echo Building (the first time downloads Maven and the libraries: some minutes on a slow line) 1>&2
call mvnw.cmd -q -pl examples -am -DskipTests -Dquick package
if errorlevel 1 (
  popd
  echo demo: the build failed, see above 1>&2
  exit /b 1
)
popd
"%JAVA_HOME%\bin\java" -Xmx256m "-Dlockstep.demo.home=%ROOT%." -cp "%ROOT%examples\target\classes;%ROOT%examples\target\lib\*" dev.lockstep.examples.orders.demo.Demo %*
exit /b %ERRORLEVEL%
