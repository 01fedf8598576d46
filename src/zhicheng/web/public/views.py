"""What a visitor sees."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """首页."""
    return render(request, "public/home.html")


def home_signed_in(request: HttpRequest) -> HttpResponse:
    """Where each role starts after signing in."""
    return redirect("home")


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """帮助: browsers, no Flash, how to read the papers, a lost account (S-32…S-36)."""
    return render(request, "public/help.html")


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a person, why, and for how long."""
    return render(request, "public/privacy.html")


@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Whether a printed paper is ours."""
    return render(request, "public/verify.html")
