"""The auto-increment bases that the settings name."""

from __future__ import annotations

from flake8_autoincrement.facts.declared import Declaration
from flake8_autoincrement.facts.model import Base, ModelClass
from flake8_autoincrement.settings import Settings


def is_auto_increment_base(model: ModelClass | None, settings: Settings) -> bool:
    """Say whether a class is one of the bases: the checks of AIN004 speak about its key, and no other."""
    return model is not None and _is_named(model.name, settings)


def auto_increment_base(model: ModelClass | None, settings: Settings) -> Base | None:
    """Give the auto-increment base that a class inherits from, None if it does without."""
    return next((base for base in model.bases if _is_named(base.name, settings)), None) if model else None


def has_or_is_base(declaration: Declaration, settings: Settings) -> bool:
    """Say whether AIN003 or AIN004 speak about a sole key, since an auto-increment base is near."""
    model = declaration.model
    return is_auto_increment_base(model, settings) or auto_increment_base(model, settings) is not None


def _is_named(name: str, settings: Settings) -> bool:
    return name in settings.bases or name.rpartition(".")[2] in settings.bases
