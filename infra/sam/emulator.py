"""Runs ministack, an emulator of AWS, as `make sam-check` needs it.

Each change below makes up for a limitation of this version of the emulator; infra/README.md lists them, with the other proof
of what the emulator does not show. With a newer version, remove the ones that it no longer needs.
"""

import datetime
import itertools
import json
import sys

from ministack import app
from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import dynamodb, eventbridge, lambda_svc
from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks  # noqa: F401: patched below


def replace(original, replacement):
    """Replaces a function in each module that has imported it."""
    for name, module in list(sys.modules.items()):
        if name != "__main__" and getattr(module, original.__name__, None) is original:
            setattr(module, original.__name__, replacement)


# Conditions: the emulator resolves neither AWS::Region nor Fn::Sub in them.

LEAVES = {"Ref", "Fn::Sub", "Fn::Select", "Fn::Split", "Fn::Join"}
evaluate_conditions = engine._evaluate_conditions


def resolved_conditions(template, params):
    def resolve(node):
        if isinstance(node, list):
            return [resolve(n) for n in node]
        if not isinstance(node, dict):
            return node
        if set(node) & LEAVES:
            return engine._resolve_refs(node, {}, params, {}, template.get("Mappings", {}), "", "")
        return {key: resolve(n) for key, n in node.items()}

    return evaluate_conditions({**template, "Conditions": resolve(template.get("Conditions", {}))}, params)


replace(evaluate_conditions, resolved_conditions)

# Change sets: an attribute that is known only after creation is empty there, and has no parts to select.

select = engine._select
replace(select, lambda index, items: "" if items == [""] else select(index, items))

# Alarms on an expression: recorded as one on its metric.

alarm_record = provisioners._cw_metric_alarm_record


def record_of_expression(name, props):
    stats = [m["MetricStat"] for m in props.get("Metrics") or [] if "MetricStat" in m]
    if stats:
        props = {**props, **stats[0]["Metric"], "Period": stats[0]["Period"], "Statistic": stats[0]["Stat"]}
        del props["Metrics"]
    return alarm_record(name, props)


replace(alarm_record, record_of_expression)

# Saved queries: accepted, and kept nowhere.

numbers = itertools.count(1)
provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
    "create": lambda logical_id, props, stack: (f"query-{next(numbers)}", {}),
    "update": lambda physical_id, old, new, stack: (physical_id, {}),
    "delete": lambda physical_id, props: None,
}

# Tables: the expiry of items and the recovery of deleted ones are settings of their own.

table = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
create_table = table["create"]


def create_whole_table(logical_id, props, stack):
    created = create_table(logical_id, props, stack)
    for setting, update in (
        ("TimeToLiveSpecification", dynamodb._update_ttl),
        ("PointInTimeRecoverySpecification", dynamodb._update_continuous_backups),
    ):
        if setting in props:
            update({"TableName": created[0], setting: {k: v in (True, "true") if k.endswith("nabled") else v for k, v in props[setting].items()}})
    return created


provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"] = {**table, "create": create_whole_table}

# Functions: numbers in an environment are text, and the files of layers, which are not mounted at /opt, have other paths.

environment = lambda_svc._runtime_env_vars


def environment_with_layers(config):
    env = {name: str(value) for name, value in environment(config).items()}
    for layer in config.get("Layers") or []:
        content = lambda_svc._resolve_layer_zip(layer)
        if content:
            folder = lambda_svc._docker_extracted_dir(content, "layer")
            env = {name: value.replace("/opt/", folder + "/") if value.startswith("/opt/") else value for name, value in env.items()}
    return env


replace(environment, environment_with_layers)

# Schedules: the scheduler replaces its keyword in the input.

invoke_target = eventbridge._invoke_target


def invoke_scheduled(target, event, rule, view=None):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:00Z")
    if target.get("Input"):
        target = {**target, "Input": target["Input"].replace("<aws.scheduler.scheduled-time>", now)}
    return invoke_target(target, event, rule, view)


replace(invoke_target, invoke_scheduled)

# Names: AWS appends random characters. Without the region, the roles of an account's regions would be one.

physical_name = provisioners._physical_name
replace(physical_name, lambda stack, logical_id, **options: physical_name(f"{stack}-{responses.get_region()}", logical_id, **options))

# Policies: a request counts as sent with TLS, which the buckets require; and
# the resource of a request for the parameters below a path is that path.

pin = iam_evaluator.pin_request_origin
replace(pin, lambda source_ip, secure_transport: pin(source_ip, True))

resource_arn = iam_actions.extract_resource_arn


def resource_arn_with_paths(service, method, path, headers, body, query_params, region, account_id):
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    if service == "ssm" and target.endswith(".GetParametersByPath"):
        return f"arn:aws:ssm:{region}:{account_id}:parameter" + json.loads(body)["Path"].rstrip("/")
    return resource_arn(service, method, path, headers, body, query_params, region, account_id)


replace(resource_arn, resource_arn_with_paths)

# Tables: dynamodb:LeadingKeys, the partition keys of the rows that a request is for, to which policies limit it.

row_context = iam_actions.dynamodb_service_context


def row_context_with_keys(body):
    request = json.loads(body)
    rows = [request.get("Key"), request.get("Item")] + [key for table in request.get("RequestItems", {}).values() for key in table.get("Keys", [])]
    keys = [row["pk"] for row in rows if row]
    if "KeyConditionExpression" in request:
        keys.append(request["ExpressionAttributeValues"][":pk"])
    return {**row_context(body), **({"dynamodb:LeadingKeys": [key["S"] for key in keys]} if keys else {})}


replace(row_context, row_context_with_keys)

if __name__ == "__main__":
    app.main()
