# SPDX-License-Identifier: Apache-2.0
# check_files.py SOURCE ALERT MESSAGES...: the files of conf/siem that no software here runs, held against alerts. ALERT
# is what a file would have, a JSON line; MESSAGES hold what syslog daemons have of it, header and all. The alerts of
# fixtures/golden have nearly every field that there is.
import configparser
import datetime
import glob
import json
import re
import sys
import xml.etree.ElementTree as xml

import yaml

source, alert_file, message_files = sys.argv[1], sys.argv[2], sys.argv[3:]
siem = f"{source}/conf/siem"
failures = 0


def check(what, ok):
    global failures
    if not ok:
        failures += 1
        print(f"FAILED: {what}", file=sys.stderr)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


alert_line = read(alert_file).strip()
lines = [line for path in message_files for line in read(path).splitlines()]
messages = [line for line in lines if '@cee: {"@timestamp"' in line]
others = [line for line in lines if line not in messages]  # the plugin's own, another program's, half an alert
alerts = [json.loads(read(path)) for path in sorted(glob.glob(f"{source}/fixtures/golden/*alert.json"))]
alerts.append(json.loads(read(f"{source}/fixtures/golden/suppressed.json")))
alerts += [json.loads(line) for path in sorted(glob.glob(f"{source}/fixtures/golden/*.jsonl"))
           for line in read(path).splitlines()]
alerts += [json.loads(alert_line)]
# What no golden alert has; host.name is rsyslog's.
RARE = {"host": {"name": "desk7"}, "network": {"transport": "tcp"}, "file": {"target_path": "/tmp/x"},
        "evidence": [{"file": {"name": "x"}}], "process": {"parent": {"systemd": {"unit": "x.service"}}}}


def leaves(value, path=""):
    """Each leaf's path, arrays left out, with a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


fields = {}
for one in alerts + [RARE]:
    for path, value in leaves(one):
        fields.setdefault(path, []).append(value)


# The formatter's own list of keys: a new one must be in some alert here, or nothing below would see it.
def check_alerts_are_complete():
    keys = set(re.findall(r'(?:put\(\w+, |emplace\()"([^"]+)"', read(f"{source}/lib/alert/format_json.cpp")))
    seen = {part for path in fields for part in path.split(".")}
    check(f"fields that no alert here has: {sorted(keys - seen)}", len(keys) > 40 and keys <= seen)


# Elastic

def mapped(properties, path=""):
    for name, mapping in properties.items():
        inner = f"{path}.{name}" if path else name
        if "properties" in mapping:
            yield from mapped(mapping["properties"], inner)
        else:
            yield inner, mapping["type"]


FITS = {
    "keyword": str, "wildcard": str, "match_only_text": str, "boolean": bool, "long": int, "float": (int, float),
    "date": str, "ip": str,
}


def check_elastic_template(pipeline):
    template = json.loads(read(f"{siem}/elastic/index-template.json"))["template"]
    types = dict(mapped(template["mappings"]["properties"]))
    for path, values in fields.items():
        check(f"index template: no {path}", path in types)
        for value in values:
            check(f"index template: {path} is {types.get(path)}, not {value!r}",
                  isinstance(value, FITS[types.get(path, "keyword")]))
            if types.get(path) == "date":
                datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    added = {p["set"]["field"] for p in pipeline if "set" in p} - {"_id"}
    added |= {"error.message", "data_stream.type", "data_stream.dataset", "data_stream.namespace"}
    check(f"index template: what is no alert's: {sorted(set(types) - set(fields) - added)}",
          set(types) <= set(fields) | added)
    check(f"index template: the pipeline's {sorted(added - set(types))}", added <= set(types))


def at(document, path):
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document


def put(document, path, value):
    *parents, last = path.split(".")
    for part in parents:
        document = document.setdefault(part, {})
    document[last] = value


# Of what the processors can do only what the pipeline uses; any other is an error here.
def run_pipeline(pipeline, document):
    for processor in pipeline:
        (kind, options), = processor.items()
        if kind == "grok":
            if document.get("rule") is not None or not isinstance(document.get("message"), str):
                continue
            pattern = options["patterns"][0]
            for name, text in options["pattern_definitions"].items():
                pattern = pattern.replace(f"%{{{name}}}", f"(?:{text})")
                pattern = re.sub(rf"%\{{{name}:([^}}]+)\}}",
                                 lambda m, t=text: f"(?P<{m[1].replace('.', '__')}>{t})", pattern)
            match = re.search(pattern, document[options["field"]])
            if not match:
                raise ValueError("grok")
            for name, text in match.groupdict().items():
                put(document, name.replace("__", "."), text)
        elif kind == "json":
            text = at(document, options["field"])
            if text is not None:
                document.update(json.loads(text))
        elif kind == "fail":
            if at(document, "event.kind") != "alert" or at(document, "rule.id") is None:
                raise ValueError(options["message"])
        elif kind == "date":
            datetime.datetime.strptime(at(document, options["field"]), "%Y-%m-%dT%H:%M:%S.%fZ")
        elif kind == "set":
            if "copy_from" in options:
                value = at(document, options["copy_from"])
                if value is None and options.get("ignore_empty_value"):
                    continue
            else:
                value = re.sub(r"\{\{\{([^}]+)\}\}\}",
                               lambda m: m[1] if m[1].startswith("_ingest.") else at(document, m[1]), options["value"])
            check(f"pipeline: nothing for {options['field']}", value is not None)
            put(document, options["field"], value)
        elif kind == "remove":
            for field in options["field"]:
                document.pop(field, None)
        else:
            raise KeyError(kind)
    return document


def check_elastic_pipeline(pipeline):
    for one in alerts:
        got = run_pipeline(pipeline, json.loads(json.dumps(one)))
        check("pipeline: the alert itself changed", dict(leaves(one)).items() <= dict(leaves(got)).items())
        check("pipeline: id", got["_id"] == one["event"]["id"] and got["event"]["dataset"] == "audisp_eql.alerts")
    wanted = run_pipeline(pipeline, json.loads(alert_line))
    for message in messages + [alert_line]:
        got = run_pipeline(pipeline, {"message": message})
        check("pipeline: a message gives another alert", got["_id"] == wanted["_id"] and got["rule"] == wanted["rule"])
    for bad in others + ['{"message":"@cee: {}"}', '<13>x: {"a":1} @cee: ' + alert_line]:
        try:
            run_pipeline(pipeline, {"message": bad})
            check(f"pipeline: takes {bad[:40]}", False)
        except ValueError:
            pass


def check_filebeat():
    config = yaml.safe_load(read(f"{siem}/elastic/filebeat.yml"))
    stream, = config["filebeat.inputs"]
    template = json.loads(read(f"{siem}/elastic/index-template.json"))
    pattern = template["index_patterns"][0].replace("*", ".*")
    check("filebeat: index", re.fullmatch(pattern, stream["index"]) is not None)
    check("filebeat: target", stream["parsers"][0]["ndjson"]["target"] == "")


# Splunk

def ini(name):
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), strict=True)
    parser.optionxform = str
    parser.read_string(read(f"{siem}/splunk/{name}"))
    return parser


def splunk_fields():
    """Names as KV_MODE = json makes them: {} behind an array's name."""
    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, path + "{}")
        else:
            yield path
    return {path for one in alerts for path in walk(one, "")}


def check_splunk():
    props, transforms = ini("props.conf"), ini("transforms.conf")
    for name in ("inputs.conf", "limits.conf", "eventtypes.conf", "tags.conf"):
        ini(name)
    stanza = props["audisp_eql:alert"]
    begin = re.search(stanza["TIME_PREFIX"], alert_line)
    check("splunk: TIME_PREFIX", begin is not None)
    stamp = alert_line[begin.end():begin.end() + int(stanza["MAX_TIMESTAMP_LOOKAHEAD"])]
    check("splunk: TIME_FORMAT", stanza["TIME_FORMAT"] == "%Y-%m-%dT%H:%M:%S.%3NZ"
          and datetime.datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ"))
    known = splunk_fields()
    for key, value in stanza.items():
        named = re.findall(r"'([^']+)'", value) if key.startswith("EVAL-") else []
        for field in named:
            check(f"splunk: {key} names {field}", field in known)
    names = [n.strip() for n in props["syslog"]["TRANSFORMS-audisp_eql"].split(",")]
    check("splunk: transforms", set(names) == set(transforms.sections()))
    for message in messages:
        for name in names:
            look = message[:int(transforms[name].get("LOOKAHEAD", 4096))]
            match = re.search(transforms[name]["REGEX"], look)
            check(f"splunk: {name} does not match {message[:60]}", match is not None)
            if match and name == "audisp_eql_bare":
                check("splunk: _raw", json.loads(match[1])["event"]["id"] == json.loads(alert_line)["event"]["id"])
    for other in others + [message.replace("audisp-eql", "sudo", 1) for message in messages]:
        check(f"splunk: takes {other[:60]}", not any(re.search(transforms[n]["REGEX"], other) for n in names))


# Wazuh

def flattened(alert, path=""):
    """What the JSON decoder makes of an alert: no arrays of objects, other arrays joined."""
    for key, value in alert.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from flattened(value, name)
        elif not isinstance(value, list):
            yield name, str(value).lower() if isinstance(value, bool) else str(value)
        elif value and not isinstance(value[0], dict):
            yield name, ",".join(map(str, value))


# OS_Regex of the few signs that the files use is the same in Python, where . is quoted.
def os_regex(pattern):
    check(f"wazuh: this test does not know {pattern}", re.fullmatch(r"[\^$|a-z_@:. -]+", pattern) is not None)
    return pattern.replace(".", r"\.")


def decode(program, log):
    """The decoder's name, and the fields."""
    root = xml.fromstring(f"<x>{read(f'{siem}/wazuh/decoders.xml')}</x>")
    parent, child = root.findall("decoder")
    check("wazuh: names", parent.get("name") == child.get("name") == child.findtext("parent"))
    if program is None:
        return "json", dict(flattened(json.loads(log)))
    if not re.search(os_regex(parent.findtext("program_name")), program):
        return None, {}
    match = re.search(os_regex(child.findtext("prematch")), log)
    return parent.get("name"), dict(flattened(json.loads(log[match.end():]))) if match else {}


def rule_for(rules, decoder, log, found):
    """The id of the deepest rule that matches, siblings in order of level, then of place."""
    def matches(rule):
        if rule.findtext("decoded_as") not in (None, decoder):
            return False
        if any(not re.search(os_regex(f.text), found.get(f.get("name"), "")) for f in rule.findall("field")):
            return False
        return rule.findtext("match") is None or rule.findtext("match") in log

    def descend(parent):
        below = [r for r in rules if parent in (r.findtext("if_sid") or "").replace(" ", "").split(",")]
        for rule in sorted(below, key=lambda r: -int(r.get("level"))):
            if matches(rule):
                return descend(rule.get("id"))
        return parent

    tops = [r for r in rules if r.find("if_sid") is None and matches(r)]
    return descend(tops[0].get("id")) if tops else None


def check_wazuh():
    rules = xml.fromstring(read(f"{siem}/wazuh/rules.xml").split("-->", 2)[2]).findall("rule")
    xml.fromstring(read(f"{siem}/wazuh/ossec.conf").split("-->", 2)[2])
    ids = [int(r.get("id")) for r in rules]
    check("wazuh: ids", len(set(ids)) == len(ids) and all(100000 <= i <= 120000 for i in ids))
    by_id = {r.get("id"): r for r in rules}
    for rule in rules:
        named = [f.get("name") for f in rule.findall("field")]
        for field in named + re.findall(r"\$\(([^)]+)\)", rule.findtext("description")):
            check(f"wazuh: {rule.get('id')} names {field}", any(field in dict(flattened(a)) for a in alerts))
    levels = {"low": "5", "medium": "8", "high": "12", "critical": "15"}
    mitre = json.loads(alert_line)
    other = json.loads(alert_line)
    other["threat"] = []
    for severity, level in levels.items():
        for alert, technique in ((mitre, "T1547.013"), (other, None)):
            alert["audisp_eql"]["severity"] = severity
            text = json.dumps(alert, separators=(",", ":"), ensure_ascii=False)
            for program, log in ((None, text), ("audisp-eql", "@cee: " + text)):
                decoder, found = decode(program, log)
                rule = by_id.get(rule_for(rules, decoder, log, found))
                check(f"wazuh: {severity} {technique} {program}", rule is not None and rule.get("level") == level
                      and rule.findtext("mitre/id") == technique)
    summary = read(f"{source}/fixtures/golden/suppressed.json").strip()
    check("wazuh: a summary", rule_for(rules, *((d := decode(None, summary))[0], summary, d[1])) == "118515")
    for program, log in ((None, '{"event":{"kind":"alert"}}'), ("sudo", "@cee: " + alert_line)):
        decoder, found = decode(program, log)
        check(f"wazuh: takes {log[:40]}", rule_for(rules, decoder, log, found) is None)


check("no messages were given", len(messages) > 1 and len(others) > 1)
check_alerts_are_complete()
elastic = json.loads(read(f"{siem}/elastic/pipeline.json"))["processors"]
check_elastic_template(elastic)
check_elastic_pipeline(elastic)
check_filebeat()
check_splunk()
check_wazuh()
sys.exit(1 if failures else 0)
