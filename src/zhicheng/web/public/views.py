"""What a visitor sees."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def home(request: HttpRequest) -> HttpResponse:
    """首页."""
    return render(request, "public/home.html")


def home_signed_in(request: HttpRequest) -> HttpResponse:
    """Where each role starts after signing in."""
    return redirect("home")


def help_page(request: HttpRequest) -> HttpResponse:
    """帮助: browsers, no Flash, how to read the papers, a lost account (S-32…S-36)."""
    return render(request, "public/help.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a person, why, and for how long."""
    return render(request, "public/privacy.html")


def verify(request: HttpRequest) -> HttpResponse:
    """Whether a printed paper is ours."""
    return render(request, "public/verify.html")
