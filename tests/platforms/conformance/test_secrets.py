from __future__ import annotations

import dataclasses
import logging
import pickle
import traceback

import pytest

from apps.platforms.errors import PlatformError

CALLS = ("commit", "stage", "find", "check")
FAULTS = ("error_before", "lost_after", "garbage", "rate_limited", "token_revoked")


def attempts(bench, credential):
    written = bench.post("Secret", pictures=1)
    staged = bench.stage(written, credential, key="key-1")
    trace = bench.trace(written, staged)
    return {
        "commit": lambda: bench.adapter.commit(written, staged, credential, key="key-1"),
        "stage": lambda: bench.adapter.stage(bench.post("New", pictures=1), credential, key="key-2", before=None),
        "find": lambda: bench.adapter.find(trace, credential),
        "check": lambda: bench.adapter.check(credential),
    }


@pytest.mark.parametrize("fault", FAULTS)
def test_no_secret_is_in_an_error_its_evidence_its_traceback_or_the_log(bench, fault, caplog):
    caplog.set_level(logging.DEBUG)
    credential = bench.connect()
    texts = [credential.access_token.reveal(), credential.refresh_token.reveal(), *bench.secrets]
    texts += [secret.reveal() for secret in credential.extra.values()]
    secrets = [text for text in texts if text]
    calls = attempts(bench, credential)

    shown = [repr(credential)]
    for call in CALLS:
        bench.strike(fault, call)
        try:
            shown.append(repr(calls[call]()))
        except PlatformError as error:
            shown += [error.words, str(error), repr(error), repr(dataclasses.asdict(error.evidence))]
            shown.append(traced(error))

    told = "\n".join(shown) + caplog.text
    assert secrets
    for secret in secrets:
        assert secret not in told


def traced(error):
    """The traceback as a reporter of errors would send it, with each local variable of the adapters."""
    lines, seen = [], error
    while seen is not None:
        told = traceback.TracebackException.from_exception(seen, capture_locals=True)
        frames = [frame for frame in told.stack if "/apps/platforms/" in frame.filename]
        lines += [str(frame.locals) for frame in frames]
        seen = seen.__context__
    return "\n".join(lines)


def test_a_credential_never_enters_a_queue_message(credential):
    with pytest.raises(TypeError):
        pickle.dumps(credential)
