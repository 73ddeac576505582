@echo off
rem Looks into the directory of a log that nobody has open; "lockstep --help" says how. Needs Java, 17 or
rem later, and a build.
setlocal
set "ROOT=%~dp0"
if not exist "%ROOT%cli\target\lib" (
  echo lockstep: it is not built yet; run: mvnw.cmd -Dquick -DskipTests -pl cli -am package 1>&2
  exit /b 3
)
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -XX:+UseSerialGC -cp "%ROOT%cli\target\classes;%ROOT%cli\target\lib\*" dev.lockstep.cli.LockstepTool %*
exit /b %ERRORLEVEL%
