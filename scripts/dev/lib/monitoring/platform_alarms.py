"""What AWS itself counts of a function and of tasks: alarms that the service has no metric for.

Knows: the metrics' names, dimensions and units, from docs.aws.amazon.com:
lambda/latest/dg/monitoring-metrics-types.html,
elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html,
AmazonECS/latest/developerguide/available-metrics.html and, for ECS/ContainerInsights,
AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html.
"""

from typing import NamedTuple

LAMBDA, FARGATE = "lambda.yaml", "fargate.yaml"
BALANCER = "LoadBalancer: !GetAtt LoadBalancer.LoadBalancerFullName"
_OF_SERVICE = ("ClusterName: !Ref Cluster", "ServiceName: !GetAtt Service.Name")


class PlatformAlarm(NamedTuple):
    """`alert`: under whose heading docs/operations.md says what to do.

    `metrics`: one, or several that `expression` makes a number of. `dimensions`: name and value, as YAML. It
    rings when `datapoints` of `periods` periods of `seconds` are `beyond` the threshold, which is YAML too.
    """

    template: str
    name: str
    description: str
    alert: str
    namespace: str
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]
    statistic: str
    threshold: str
    seconds: int
    periods: int
    datapoints: int
    expression: str = ""
    beyond: str = "GreaterThanThreshold"
    missing: str = "notBreaching"


def _of_function(
    name: str, description: str, alert: str, metric: str, how: str, threshold: str
) -> PlatformAlarm:
    dimensions = ("FunctionName: !Ref Function",)
    return PlatformAlarm(
        LAMBDA, name, description, alert, "AWS/Lambda", (metric,), dimensions, how, threshold, 300, 1, 1
    )


def _of_tasks(
    name: str, description: str, alert: str, metric: str, how: str, threshold: str
) -> PlatformAlarm:
    return PlatformAlarm(
        FARGATE, name, description, alert, "AWS/ECS", (metric,), _OF_SERVICE, how, threshold, 300, 2, 2
    )


def _of_balancer(name: str, description: str, alert: str, metric: str, threshold: str) -> PlatformAlarm:
    return PlatformAlarm(
        FARGATE,
        name,
        description,
        alert,
        "AWS/ApplicationELB",
        (metric,),
        (BALANCER,),
        "Sum",
        threshold,
        60,
        5,
        3,
    )


PLATFORM_ALARMS = (
    # The service answers failures itself: an error of the function is a crash, a time-out or want of memory.
    _of_function(
        "ErrorsAlarm", "The function crashed, ran out of memory or was stopped at its time-out.",
        "UploadServiceDown", "Errors", "Sum", "0",
    ),
    _of_function(
        "ThrottlesAlarm", "Uploads were refused because ReservedConcurrency is used up.",
        "UploadNoRoom", "Throttles", "Sum", "0",
    ),
    _of_function(
        "DurationAlarm", "An upload took nearly as long as the function may.",
        "UploadStorageSlow", "Duration", "Maximum", "!Ref DurationAlarmMilliseconds",
    ),
    _of_function(
        "ConcurrencyAlarm", "More than four fifths of ReservedConcurrency run at once.",
        "UploadsNearLimit", "ConcurrentExecutions", "Maximum", "0.8",
    )._replace(expression="!Sub most / ${ReservedConcurrency}"),
    _of_balancer(
        "FailuresAlarm", "Uploads are answered 5xx; the log's field code says why.",
        "UploadServiceFailing", "HTTPCode_Target_5XX_Count", "10",
    ),
    _of_balancer(
        "BrokenAlarm",
        "The load balancer answers for the service: tasks are gone, or times do not fit each other.",
        "UploadServiceDown", "HTTPCode_ELB_5XX_Count", "0",
    ),
    _of_balancer(
        "HealthyAlarm", "No task is healthy.", "UploadServiceDown", "HealthyHostCount", "1",
    )._replace(
        dimensions=("TargetGroup: !GetAtt Targets.TargetGroupFullName", BALANCER), statistic="Maximum",
        periods=2, datapoints=2, beyond="LessThanThreshold", missing="breaching",
    ),
    _of_tasks(
        "TasksAlarm", "Fewer tasks run than MinTasks.",
        "UploadServiceDown", "RunningTaskCount", "Minimum", "!Ref MinTasks",
    )._replace(
        namespace="ECS/ContainerInsights", seconds=60, periods=5, datapoints=5,
        beyond="LessThanThreshold", missing="breaching",
    ),
    _of_tasks(
        "CpuAlarm", "The tasks have had no CPU left for ten minutes: raise MaxTasks.",
        "UploadsNearLimit", "CPUUtilization", "Average", "90",
    ),
    _of_tasks(
        "MemoryAlarm", "A task holds more than four fifths of its memory.",
        "UploadSpoolNearlyFull", "MemoryUtilization", "Maximum", "80",
    ),
    _of_tasks(
        "DiskAlarm", "More than four fifths of the tasks' disks are taken.",
        "UploadSpoolNearlyFull", "EphemeralStorageUtilized", "Average", "0.8",
    )._replace(
        namespace="ECS/ContainerInsights", metrics=("EphemeralStorageUtilized", "EphemeralStorageReserved"),
        expression="ephemeralstorageutilized / ephemeralstoragereserved",
    ),
)  # fmt: skip
