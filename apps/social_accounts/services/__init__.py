"""The verbs of this room. Those that talk to a platform are called outside of any transaction."""

from apps.social_accounts.adapters import adapter_for, adapter_of
from apps.social_accounts.services.abilities import note_inability
from apps.social_accounts.services.apps import client_ids_at, clients_that_sign, is_anybodys_app_at
from apps.social_accounts.services.beginning import Journey, begin_consent, redirect_uri
from apps.social_accounts.services.choosing import read_choices, read_choices_due
from apps.social_accounts.services.credentials import credential_for
from apps.social_accounts.services.deauthorizing import note_deauthorized
from apps.social_accounts.services.disconnecting import disconnect
from apps.social_accounts.services.erasing import erase_identity, find_identity, remote_ids_of
from apps.social_accounts.services.finishing import finish_consent, sign_in
from apps.social_accounts.services.health import check_account, check_accounts
from apps.social_accounts.services.journeys import Terms, forget_journeys, leave_channels
from apps.social_accounts.services.losing import lose_access
from apps.social_accounts.services.marking import mark_missing_permission
from apps.social_accounts.services.own_apps import app_at_address, forget_replaced_apps, verify_token_of
from apps.social_accounts.services.refreshing import ends_soon, refresh_expiring, refresh_grant, refresh_if_needed
from apps.social_accounts.services.signals import ToldSignal, note_signal
from apps.social_accounts.services.taking_channels import take_channels

__all__ = [
    "Journey",
    "Terms",
    "ToldSignal",
    "adapter_for",
    "adapter_of",
    "app_at_address",
    "begin_consent",
    "check_account",
    "check_accounts",
    "client_ids_at",
    "clients_that_sign",
    "credential_for",
    "disconnect",
    "ends_soon",
    "erase_identity",
    "find_identity",
    "finish_consent",
    "forget_journeys",
    "forget_replaced_apps",
    "is_anybodys_app_at",
    "leave_channels",
    "lose_access",
    "mark_missing_permission",
    "note_deauthorized",
    "note_inability",
    "note_signal",
    "read_choices",
    "read_choices_due",
    "redirect_uri",
    "refresh_expiring",
    "refresh_grant",
    "refresh_if_needed",
    "remote_ids_of",
    "sign_in",
    "take_channels",
    "verify_token_of",
]
