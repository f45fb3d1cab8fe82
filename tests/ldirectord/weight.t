#!/bin/bash
# SPDX-License-Identifier: MIT
# Weights that change: by an agent on the server, and by the exit status of a check command.  TAP.
# doc/ldirectord.md 11.16
. "$(dirname "$0")/lib.sh"
lb_begin "$@"
A=127.0.1.1:8001 B=127.0.1.2:8001
export AGENT_SAYS=$TEMP/says
says() { printf '%s\n' "$1" >says.new && mv says.new says; }
status() { printf '#!/bin/sh\nexit %s\n' "$1" >check.new && chmod +x check.new && mv check.new check; }
says 'up 60%'
serve accept $A $B; real=$SERVER
serve agent 127.0.1.1:9777; agent=$SERVER
printf 'checkinterval=1\nchecktimeout=1\nvirtual=10.9.0.1:80\n\treal=%s masq 100\n\treal=%s masq 100\n\tchecktype=connect\n\tagentport=9777\n\tfallback=127.0.0.1:80 masq\n' $A $B >$CF
call start
soon weight $A 60; ok $? 'the agent asks for 60 %'
soon weight $B 100; ok $? 'a server without agent has its whole weight'
json '.virtuals[0].reals | map(.weight_percent) == [60, 100] and .[0].reason == "connected; agent: up 60%" and .[1].reason == "connected; agent: connection refused"'
ok $? 'status has the percentage and what the agent sent'
says '0%'
soon weight $A 1; ok $? '0% is weight 1, not 0'
grep -qF "Changed real server: $A (10.9.0.1:80) (Weight set to 1): connected; agent: 0%" $LOG; ok $? 'the log has the change and the reason'
says drain
soon weight $A 0; ok $? 'drain: weight 0, still in the table'
says 'down#no disk'
soon absent $A; ok $? 'down: removed'
grep -qF "Deleted real server: $A (10.9.0.1:80): agent: down#no disk" $LOG; ok $? 'the log has the reason of the agent'
says '33%'
soon weight $A 33; ok $? 'it is back with 33 %'
unserve "$agent"
: >operations
look_on 2.5
weight $A 33 && [ "$(changes)" -eq 0 ]; ok $? 'the agent has ended: the weight stays, nothing is written'
serve silent 127.0.1.1:9777; agent=$SERVER
look_on 2.5
weight $A 33; ok $? 'an agent that is silent changes nothing either'
call reload
[ "$CODE" -eq 0 ] && weight $A 33; ok $? 'a reload keeps the weight'
unserve "$real"
soon absent $A && soon present 127.0.0.1:80; ok $? 'the server itself refuses: removed, although its agent is silent'
call stop; soon stopped
serve accept $A; real=$SERVER
sed -i s/checktimeout=1/checktimeout=600/ $CF
call start
soon weight $A 100; ok $? 'a silent agent does not delay the check by checktimeout'
unserve "$real"
soon absent $A; ok $? 'nor the next one'
unserve "$agent"
call stop; soon stopped
# --- by the exit status
status 0
printf 'checkinterval=1\nvirtual=10.9.0.1:80\n\treal=%s masq 100\n\tchecktype=external\n\tcheckcommand="/mnt/check"\n\tdynamicweight=yes\n' $A >$CF
call start
soon weight $A 100; ok $? 'exit status 0: the whole weight'
status 27
soon weight $A 25; ok $? 'exit status 27: 25 %'
status 3
soon weight $A 1; ok $? 'exit status 3: 1 %'
for code in 1 2 103 126 127 143 255; do
	status 102
	soon weight $A 100
	status $code
	soon absent $A; ok $? "exit status $code: down"
done
sed -i /dynamicweight/d $CF
status 50
call reload
look_on 1.5; absent $A; ok $? 'without dynamicweight any status but 0 is down'
call stop; soon stopped
lb_end
