# The face of the course on Linux and macOS. Every target is one line that works without make
# too, inside the environment (.venv): `python -m dojo help` lists them.

.DEFAULT_GOAL := help
PYTHON ?= python3
PY     := .venv/bin/python

# phase=2 works as PHASE=2 does
PHASE   := $(or $(value PHASE),$(value phase))
SECTION := $(or $(value SECTION),$(value section))
KATA    := $(or $(value KATA),$(value kata))
GIVEN   := $(or $(value GIVEN),$(value given))
MINE    := $(or $(value MINE),$(value mine))
QUESTION := $(or $(value QUESTION),$(value question))
ANSWER  := $(or $(value ANSWER),$(value answer))
JUDGED  := $(or $(value JUDGED),$(value judged))
ROWS    := $(or $(value ROWS),$(value rows))
WITH    := $(or $(value WITH),$(value with))
DIR     := $(or $(value DIR),$(value dir))
OUT     := $(or $(value OUT),$(value out))
DATA    := $(or $(value DATA),$(value data))
UNDO    := $(or $(value UNDO),$(value undo))
EXPORT  := $(or $(value EXPORT),$(value export))
IMPORT  := $(or $(value IMPORT),$(value import))

# what make hands on to commands it looks into, and a dollar sign begins something there
unexport PHASE SECTION KATA GIVEN MINE QUESTION ANSWER JUDGED ROWS WITH DIR OUT DATA UNDO EXPORT IMPORT
unexport phase section kata given mine question answer judged rows with dir out data undo export import

define newline


endef

# $(call option,KATA,--kata): as it was typed, an apostrophe or a dollar sign included, but with
# blanks for line breaks, which would end the line of the recipe
quoted = '$(subst $(newline), ,$(subst ','\'',$(value $(1))))'
option = $(if $(value $(1)),$(2)=$(quoted))
bare   = $(if $(value $(1)),$(quoted))
ANSWERED = $(call option,QUESTION,--question) $(call option,ANSWER,--answer) $(call option,JUDGED,--judged)
WHERE  = $(call option,PHASE,--phase) $(call option,SECTION,--section) $(call option,KATA,--kata)
UP_TO  = $(call option,GIVEN,--given)

# some machines forbid bytecode files; every start would then compile everything again
unexport PYTHONDONTWRITEBYTECODE

# an interpreter that is gone or was upgraded makes the environment stale
ifneq ($(shell $(PY) -c 'import importlib.util as i; print(i.find_spec("pytest") is not None)' 2>/dev/null),True)
STALE := stale
endif

.venv/installed: pyproject.toml $(STALE)
	@$(PYTHON) dojo/bootstrap.py

.venv/installed-check: pyproject.toml .venv/installed
	@$(PYTHON) dojo/bootstrap.py check

.PHONY: help test next watch progress status open hint lesson study site experiment milestone compare quiz review solution skip reset update grade handout check mutants bench clean stale

help: .venv/installed
	@$(PY) -m dojo help

test: .venv/installed
	@$(PY) -m dojo.specs $(WHERE) $(UP_TO)

next: .venv/installed
	@$(PY) -m dojo next $(WHERE) $(UP_TO)

watch: .venv/installed
	@$(PY) -m dojo watch $(WHERE) $(UP_TO)

progress: .venv/installed
	@$(PY) -m dojo progress $(WHERE) $(call option,EXPORT,--export) $(call option,IMPORT,--import)

status: .venv/installed
	@$(PY) -m dojo status --json $(WHERE)

open: .venv/installed
	@$(PY) -m dojo open $(WHERE)

hint: .venv/installed
	@$(PY) -m dojo hint $(WHERE)

lesson: .venv/installed
	@$(PY) -m dojo lesson $(WHERE)

experiment: .venv/installed
	@$(PY) -m dojo experiment $(WHERE) $(if $(MINE),--mine) $(call option,DATA,--data)

study: .venv/installed
	@$(PY) -m dojo study $(WHERE) $(UP_TO)

site: .venv/installed
	@$(PY) -m dojo site

milestone: .venv/installed
	@$(PY) -m dojo milestone $(WHERE) $(if $(MINE),--mine) $(call option,DATA,--data)

compare: .venv/installed
	@$(PY) -m dojo compare $(WHERE) $(call option,WITH,--with) $(if $(MINE),--mine)

quiz: .venv/installed
	@$(PY) -m dojo quiz $(WHERE) $(ANSWERED)

review: .venv/installed
	@$(PY) -m dojo review $(WHERE)

solution: .venv/installed
	@$(PY) -m dojo solution $(WHERE)

skip: .venv/installed
	@$(PY) -m dojo skip $(WHERE) $(if $(UNDO),--undo)

reset: .venv/installed
	@$(PY) -m dojo reset $(WHERE)

update: .venv/installed
	@$(PY) -m dojo update

grade: .venv/installed
	@$(PY) -m dojo grade $(call bare,DIR) $(call option,OUT,--out) $(call option,PHASE,--phase) $(call option,SECTION,--section)

handout: .venv/installed
	@$(PY) -m dojo handout $(call bare,DIR)

check: .venv/installed-check
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(PY) -m pytest tests -q -n 3 --tb=short

mutants: .venv/installed-check
	@$(PY) -m tests.mutants $(WHERE)

bench: .venv/installed-check
	@$(PY) -m tests.bench $(ROWS) $(if $(MINE),--mine)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis output mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
