"""`python ask_transformers.py namespace/name`: load a configuration with whatever transformers is here."""

import sys


def main() -> None:
    from transformers import AutoConfig

    print(AutoConfig.from_pretrained(sys.argv[1]).model_type)


if __name__ == "__main__":
    main()
