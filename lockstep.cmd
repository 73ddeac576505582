@echo off
rem Looks into the directory of a log that nobody has open; "lockstep --help" says how. Needs Java, 17 or
rem later, and a build. Where it can't even begin, it ends with status 4: the others say something of a log.
setlocal
set "ROOT=%~dp0"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -version 2>&1 | findstr /r /c:" version .1[7-9]" /c:" version .[2-9][0-9]" /c:" version .[1-9][0-9][0-9]" >nul
if errorlevel 1 (
  echo lockstep: "%JAVA%" is not there, does not run, or is too old; Java, 17 or later, is needed 1>&2
  exit /b 4
)
if not exist "%ROOT%cli\target\lib" goto unbuilt
if not exist "%ROOT%cli\target\classes\dev\lockstep\cli\LockstepTool.class" goto unbuilt
"%JAVA%" -XX:+UseSerialGC -cp "%ROOT%cli\target\classes;%ROOT%cli\target\lib\*" dev.lockstep.cli.LockstepTool %*
exit /b %ERRORLEVEL%

:unbuilt
echo lockstep: it is not built yet; run: mvnw.cmd -Dquick -DskipTests -pl cli -am package 1>&2
exit /b 4
