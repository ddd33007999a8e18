"""From settings to Kafka and the outputs that write there."""

from s1ecs import __version__
from s1ecs.bootstrap.output_secrets import secret_reader
from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.settings import OutputSettings
from s1ecs.settings.output_types import KAFKA, output_name
from s1ecs.settings.secrets import clean_password, clean_token


def is_kafka(output: OutputSettings) -> bool:
    """Tell whether an output is Kafka."""
    return output.type == KAFKA.name


def kafka_settings(output: OutputSettings) -> KafkaSettings:
    """Return how to reach the brokers of an output; its secrets are masked in the log from their reading on."""
    values = output.values
    name = output_name(output.type, values)
    return KafkaSettings(
        name=name,
        bootstrap_servers=values["bootstrap_servers"],
        topic=values["topic"],
        compression=values["compression"],
        transactions=values["transactions"],
        partitions=values["partitions"],
        replication=values["replication"],
        tls=values["tls"],
        ca_file=values["ca_file"],
        cert_file=values["cert_file"],
        key_file=values["key_file"],
        sasl="" if values["sasl"] == "none" else values["sasl"].upper(),
        username=values["username"],
        password=secret_reader(output, name, "password", clean_password),
        bearer=secret_reader(output, name, "bearer", clean_token),
        user_agent=f"s1ecs/{__version__}",
    )
